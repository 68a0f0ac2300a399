using System.Collections.Immutable;
using Tensor = TorchSharp.torch.Tensor;

namespace AutoFlip;

/// <summary>A client's own classes, those of its training samples: its loss is over them, and it reports them, so that the rows of other
/// classes in its output layer do not count.</summary>
/// <param name="classes">Outputs of the model, one per class.</param>
sealed class OwnClasses(int classes) : TrainingProbe
{
    Selection _own = Selection.All(classes);

    /// <inheritdoc/>
    public override ImmutableArray<ReportPart> Parts { get; } = [classes];

    /// <inheritdoc/>
    public override Criterion LossOf(Criterion criterion, Targets targets, ReadOnlySpan<int> rows)
    {
        _own = targets.Present(rows, classes);
        return _own.IsAll ? criterion : new MaskedCriterion(criterion, _own);
    }

    /// <inheritdoc/>
    internal override bool Watch(Tensor parameters, Tensor gradients) => true; // of the steps nothing is measured

    /// <summary>1 for each class that the client has, 0 for each other.</summary>
    public override float[] Report(ReadOnlySpan<float> received, ReadOnlySpan<float> trained) =>
        [.. Enumerable.Range(0, classes).Select(c => _own[c] ? 1f : 0)];

    /// <summary>Reason why a report must not be used; null if it may.</summary>
    public static string? Refuses(ReadOnlySpan<float> report)
    {
        foreach (var has in report)
            if (has is not (0 or 1)) return $"it reports {has} of a class, where 1 means that it has the class, and 0 that it does not.";
        return report.Contains(1) ? null : "it reports that it has no class.";
    }

    /// <summary>The parameters that a reply counts for: all but weights and biases of the output layer's rows of classes that the client
    /// does not have.</summary>
    /// <param name="network">The full network. Its last layer has an output for each class.</param>
    public static Func<ClientReply, Selection> CoverageIn(Network network)
    {
        var rows = UnitScores.Incoming(network.Groups[network.Nodes[^1].Units.Single().Group], network.Layout).ToList();
        return reply =>
        {
            var counts = new bool[network.Layout.ParameterCount];
            Array.Fill(counts, true);
            foreach (var (unit, start, length) in rows)
                if (reply.Report.Span[unit] == 0) counts.AsSpan(start, length).Clear();
            return Selection.Of(counts);
        };
    }
}
