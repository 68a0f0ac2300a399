using System.Diagnostics.CodeAnalysis;

namespace AutoFlip;

/// <summary>A data set that the program holds in memory. Once it is in the catalogue, experiments name it as any other.</summary>
/// <example><c>Catalog.DataSets.Add("parcels", new MemoryDataSet("parcels", data));</c></example>
/// <remarks>Images (<see cref="ImageSet"/>) are resized, normalised and augmented by the experiment's options; other samples are read as
/// they are. To resume a run, or to evaluate its model, the program registers the same data again.</remarks>
public sealed record MemoryDataSet : DataSet
{
    readonly LoadedData _data;

    /// <summary>Wraps samples without copying them.</summary>
    /// <param name="name">The catalogue name; a colon is reserved for data sets that are named by their paths.</param>
    /// <param name="data">Samples to train on, perhaps samples for the server to test on, the task, perhaps owners.</param>
    /// <exception cref="ArgumentException">The name has a colon, samples for testing have another shape, a target
    /// is not one of the task's, or owners are those of more or fewer samples.</exception>
    [SetsRequiredMembers]
    public MemoryDataSet(string name, LoadedData data) : base(name)
    {
        if (name.Length == 0 || name.Contains(':', StringComparison.Ordinal))
            throw new ArgumentException($"'{name}' is not accepted as the name of a data set: it is empty or has a colon.", nameof(name));
        if (data.Test is { } other && other.Shape != data.Train.Shape)
            throw new ArgumentException($"Samples for testing are {other.Shape}, samples for training {data.Train.Shape}.", nameof(data));
        if (data.Owners is { } owners && owners.OfRow.Length != data.Train.Count)
            throw new ArgumentException(
                $"There are {data.Train.Count} samples for training, and owners of {owners.OfRow.Length}.", nameof(data));
        var fault = Fault(data.Train, data.Task) ?? (data.Test is { } test ? Fault(test, data.Task) : null);
        if (fault is not null) throw new ArgumentException(fault, nameof(data));
        _data = data;
        (Title, Licence, Citation) = ("data of this program", "not stated", "none");
        (Task, Shape, TrainSamples, TestSamples) = (data.Task, data.Train.Shape, data.Train.Count, data.Test?.Count ?? 0);
    }

    /// <inheritdoc/>
    public override LoadedData Load(
        Experiment experiment, DataLocations where, ILoadObserver observer, CancellationToken cancellation = default)
    {
        return _data with { Train = Read(_data.Train), Test = _data.Test is { } test ? Read(test) : null };

        SampleSet Read(SampleSet samples) => samples is ImageSet images
            ? new ResizedImages(images, experiment.Resize).InMemory(cancellation: cancellation).With(ImageTransform.Of(experiment))
            : samples;
    }

    /// <summary>Reason why targets do not fit a task; null if they do.</summary>
    static string? Fault(SampleSet samples, LearningTask task)
    {
        var targets = samples.Targets;
        if (targets.AreNumbers != (task.Kind == TaskKind.Regression))
            return $"The task is {task.Kind}, and the targets are {(targets.AreNumbers ? "numbers" : "classes")}.";
        if (targets.AreNumbers) return null;
        var classes = new long[targets.PerSample];
        for (var row = 0; row < targets.Count; row++)
        {
            targets.Read([row], classes);
            foreach (var one in classes)
                if (one >= task.Classes || one < 0 && one != Targets.Ignored)
                    return $"The class of sample {row} is {one}; accepted are 0 to {task.Classes - 1}.";
        }
        return null;
    }
}
