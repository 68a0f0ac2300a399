using System.Collections.Immutable;
using System.Globalization;

namespace AutoFlip;

/// <summary>Clients train sub-models of their own: of each layer as many units as the client's rate allows.</summary>
/// <remarks>The tensors that a client receives, trains and returns really are that small. The server keeps the whole model, which is
/// evaluated and exported, and takes each value from the clients that have it (<see cref="CoverageFold"/>). Running statistics are
/// averaged like weights; <see cref="Experiment.StaticBatchNorm"/> computes them anew for the whole model. Under an adaptive optimizer the
/// learning rates of a sub-model grow as its layers narrow (<see cref="Experiment.ScaleLearningRate"/>), which no source does: false has
/// one rate for all widths.</remarks>
public abstract record SubModelPruner : Pruner
{
    const int MostRates = 32;

    /// <summary>Rates r in (0, 1], separated by commas: a client of rate r has ceil(r K) of K units of every layer.</summary>
    [Option("Widths of sub-models as shares of each layer's units, separated by commas. Clients are divided evenly among them.")]
    public string ModelRates { get; init; } = "1,0.5,0.25,0.125,0.0625";

    /// <summary>True: a client's rate is drawn anew in each round. False: it stays the same.</summary>
    [Option("Draw the width of each client's sub-model anew in each round.")]
    public bool DynamicRates { get; init; }

    /// <summary>True: a client's loss leaves out the classes that its training samples do not have (<see cref="MaskedCriterion"/>), and the
    /// mean of a class's row in the output layer is over the clients that have the class. Clients report their classes.</summary>
    [Option("Outputs of classes that a client does not have are 0 in its loss, and their rows of its output layer do not count.")]
    public bool MaskedLoss { get; init; }

    /// <inheritdoc/>
    public override bool HasSubModels => true;

    /// <summary>True if sub-models have the first units of every layer, so that the global model can be cut to each of the rates. False if
    /// other units are chosen in each round, so that all are trained at any rate.</summary>
    public virtual bool IsNested => true;

    /// <inheritdoc/>
    public override string? Refuses(Experiment experiment) => Rates(ModelRates) is not null ? null : ApiNames.Refusal(
        "Options.ModelRates", ModelRates, $"1 to {MostRates} numbers in (0, 1], separated by commas");

    /// <inheritdoc/>
    public override string? Refuses(LearningTask task) => MaskedLoss && task.Outputs == 1
        ? ApiNames.Refusal("Options.MaskedLoss", "True", "False where a sample has one output, as for two classes and for numbers")
        : null;

    /// <inheritdoc/>
    public override void Check(Network network)
    {
        if (MaskedLoss && network.Nodes[^1].Layer is LogSoftmax)
            throw AutoFlipException.BadRequest(ApiNames.Refusal(
                "Options.MaskedLoss", "True", $"False with Experiment.Model {network.Name}, whose outputs are log-probabilities"));
    }

    /// <inheritdoc/>
    public override string? Refuses(ClientReply reply) => MaskedLoss ? OwnClasses.Refuses(reply.Report.Span) : null;

    /// <inheritdoc/>
    public override TrainingProbe? Probe(ProbeContext context) => MaskedLoss ? new OwnClasses(context.Network.Outputs) : null;

    /// <inheritdoc/>
    public override ReportFold? BeginReports(float[]? memory, int length, ProbeContext context) => null;

    /// <inheritdoc/>
    public override Func<ClientReply, Selection>? CoverageIn(ProbeContext context) =>
        MaskedLoss ? OwnClasses.CoverageIn(context.Network) : null;

    /// <inheritdoc/>
    public override IEnumerable<string> Warns(Experiment experiment, Network network)
    {
        if (network.Groups.All(group => group.IsFixed))
        {
            yield return $"Experiment.Pruner {experiment.Pruner}: {experiment.Model} has no layer of which units could be left out, so "
                + "every client trains the whole model.";
            yield break;
        }
        var rates = Rates(ModelRates)!.Value;
        if (rates.All(rate => Cut(network, rate).IsAll))
        {
            yield return $"Experiment.Pruner {experiment.Pruner}: with Options.ModelRates {ModelRates} every client trains the whole "
                + "model.";
            yield break;
        }
        if (IsNested && rates.Max() < 1)
            yield return $"Experiment.Pruner {experiment.Pruner}: no client trains the last units of any layer, with Options.ModelRates "
                + $"{ModelRates}. The global model has them as they were drawn.";
        if (experiment.StaticBatchNorm)
            yield return "Clients receive all of the global model, whatever their rates, to compute its statistics of batch normalisation "
                + "(Experiment.StaticBatchNorm).";
        else if (experiment.EvaluationScope != EvaluationScope.Global)
            yield return "Clients that evaluate the global model receive all of it, whatever their rates; under Experiment.EvaluationScope "
                + "global none does.";
    }

    /// <inheritdoc/>
    public override Mask Prune(PruningContext context) => Mask.Dense(context.Network.Layout);

    /// <inheritdoc/>
    public override Units SubModelOf(SubModelContext context) => UnitsOf(RateOf(context), context);

    /// <summary>A client's rate. As many clients as possible have each of the rates, unless they are drawn anew.</summary>
    public decimal RateOf(SubModelContext context)
    {
        var rates = Rates(ModelRates) ?? throw new InvalidOperationException($"'{ModelRates}' are no rates.");
        if (DynamicRates) return rates[context.Seeds.For(Purpose.SubModelRate, context.Round, context.Client).Next(rates.Length)];
        var order = new KeyedPermutation(context.Clients, context.Seeds.For(Purpose.SubModelRate).NextUInt64());
        return rates[order[context.Client] % rates.Length];
    }

    /// <summary>The sub-model of a rate.</summary>
    private protected Units UnitsOf(decimal rate, SubModelContext context) =>
        At(context.Network, rate, (width, kept, group) => Choose(width, kept, group, context));

    /// <summary>The first ceil(r K) of K units of every layer.</summary>
    internal static Units Cut(Network network, decimal rate) => At(network, rate, (width, kept, _) => First(width, kept));

    /// <summary>ceil(r K) of K units of every layer.</summary>
    /// <param name="network">The full network.</param>
    /// <param name="rate">r.</param>
    /// <param name="choose">Chooses them, by width, number and position of the layer's channel group.</param>
    static Units At(Network network, decimal rate, Func<int, int, int, Selection> choose) =>
        new(network, [.. network.Groups.Select((group, place) =>
        {
            var kept = group.IsFixed ? group.Width : UnitsAt(rate, group.Width);
            return kept == group.Width ? Selection.All(kept) : choose(group.Width, kept, place);
        })]);

    /// <summary>The first units of a layer.</summary>
    private protected static Selection First(int width, int kept) => Window(width, kept, 0);

    /// <summary>Consecutive units of a layer, after the last one the first.</summary>
    private protected static Selection Window(int width, int kept, int start)
    {
        var units = new bool[width];
        for (var i = 0; i < kept; i++) units[(start + i) % width] = true;
        return Selection.Of(units);
    }

    /// <summary>Units of a layer at a rate: ceil(r K), in decimal arithmetic.</summary>
    internal static int UnitsAt(decimal rate, int width) => (int)decimal.Ceiling(rate * width);

    /// <summary>Chooses units of a layer: the first, unless overridden.</summary>
    /// <param name="width">Units of the full layer.</param>
    /// <param name="kept">Units of the sub-model, at least 1 and fewer than <paramref name="width"/>.</param>
    /// <param name="group">Position of the layer's channel group in the network.</param>
    /// <param name="context">Whose sub-model, and in which round.</param>
    private protected virtual Selection Choose(int width, int kept, int group, SubModelContext context) => First(width, kept);

    /// <summary>The rates; null if the text is not accepted.</summary>
    internal static ImmutableArray<decimal>? Rates(string text)
    {
        var parts = text.Split(',');
        var rates = ImmutableArray.CreateBuilder<decimal>(parts.Length);
        foreach (var part in parts)
            if (decimal.TryParse(part, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var rate) && rate is > 0 and <= 1)
                rates.Add(rate);
        return rates.Count == parts.Length && rates.Count <= MostRates ? rates.ToImmutable() : null;
    }
}
