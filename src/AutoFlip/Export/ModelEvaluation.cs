using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace AutoFlip;

/// <summary>Parts of a data set.</summary>
public enum DataSplit
{
    /// <summary>The server's test set.</summary>
    Test,

    /// <summary>The samples that clients share out, all of them and unaugmented.</summary>
    Train,
}

/// <summary>Evaluates saved models on whole data sets, with the figures that a run would report.</summary>
public static class ModelEvaluation
{
    /// <summary>Loads a part of the experiment's data set as a model reads it.</summary>
    /// <param name="card">The model.</param>
    /// <param name="experiment">Names the data set, with the options of its reader.</param>
    /// <param name="split">Which samples.</param>
    /// <param name="where">Where to look for files.</param>
    /// <param name="observer">Receives progress.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="AutoFlipException">The data are missing (exit 3), or the model has another input or other classes (exit
    /// 2).</exception>
    public static SampleSet SamplesFor(
        ModelCard card, Experiment experiment, DataSplit split, DataLocations where, RunObserver observer, CancellationToken cancellation)
    {
        var set = DataSet.Of(experiment);
        if (set.Task is { } promised) CheckTask(card, promised, set.Name); // before gigabytes are read
        if (card.Input is ImageRecipe image && set.Name != card.Dataset && image.Height == image.Width)
            experiment = experiment with { Resize = image.Height };
        var data = set.Load(experiment, where, observer, cancellation);
        CheckTask(card, data.Task, set.Name);
        var samples = split == DataSplit.Train ? data.Train : data.Test ?? throw AutoFlipException.BadRequest(
            $"DataSplit.Test: {set.Name} has no test set of the server's; evaluate on DataSplit.Train.");
        if (split == DataSplit.Train && data.Owners is { } owners && owners.TrainRows < samples.Count)
            samples = new SampleSubset(samples, [.. Enumerable.Range(0, owners.TrainRows)]);
        return samples.As(card.Input) is { } read
            ? new Unaugmented(read)
            : throw AutoFlipException.BadRequest($"Experiment.Dataset {set.Name}: {Misfit(samples.Shape, card.Input)}.");
    }

    static string Misfit(SampleShape samples, InputRecipe input) =>
        samples != input.Shape ? $"its samples are {samples}, and the model reads {input.Shape}" : input switch
        {
            TableRecipe => "it has other columns than the model reads",
            TextRecipe => "its words are not those of the model",
            _ => "its samples are read in another way than the model's",
        };

    /// <summary>Loss and metrics of a model on samples, by the engine's own network: the same bits as in a run.</summary>
    /// <param name="model">The model.</param>
    /// <param name="experiment">Names loss and metrics.</param>
    /// <param name="samples">The samples.</param>
    /// <param name="workers">Chunks side by side; does not change the result.</param>
    /// <param name="cancellation">Stops it.</param>
    public static ServerEvaluation Run(
        SavedModel model, Experiment experiment, SampleSet samples, int workers, CancellationToken cancellation)
    {
        using var pool = new WorkerPool(workers, experiment.ThreadsPerClient, () => Workspace.Of(experiment));
        return Evaluation.RunAsync(
            pool, model.Network, model.Weights, model.Card.CutOffLogit, Catalog.Criteria[experiment.Criterion], samples,
            Metric.AllOf(experiment), cancellation).GetAwaiter().GetResult();
    }

    /// <summary>Computes loss and metrics of a model on samples, with any runner.</summary>
    /// <param name="runner">The model.</param>
    /// <param name="experiment">Names loss and metrics.</param>
    /// <param name="samples">The samples.</param>
    /// <param name="cancellation">Stops it.</param>
    public static ServerEvaluation Run(IModelRunner runner, Experiment experiment, SampleSet samples, CancellationToken cancellation)
    {
        using var workspace = Workspace.Of(experiment);
        var outputs = Evaluation.Run(
            workspace, Forward, runner.Card.Outputs, Catalog.Criteria[experiment.Criterion], samples,
            [.. Enumerable.Range(0, samples.Count)], cancellation);
        return new ServerEvaluation(outputs.Loss, outputs.Metrics(Metric.AllOf(experiment), runner.Card.CutOffLogit));

        Tensor Forward(Tensor input)
        {
            var scores = runner.Run(MemoryMarshal.Cast<byte, float>(input.bytes).ToArray(), (int)input.size(0));
            return tensor(scores, [scores.Length / runner.Card.Outputs, runner.Card.Outputs]);
        }
    }

    /// <summary>The experiment whose loss and metrics an evaluation computes, with every name in the catalogue's spelling.</summary>
    /// <param name="card">The model.</param>
    /// <param name="experiment">The experiment that was run, or is requested instead.</param>
    /// <exception cref="AutoFlipException">A name is unknown, or a metric or loss does not fit the model's task (exit 2).</exception>
    public static Experiment Settle(ModelCard card, Experiment experiment)
    {
        experiment = experiment with
        {
            Dataset = DataSet.NameOf(experiment.Dataset),
            Metrics = [.. experiment.Metrics.Select(name => name == Experiment.Auto ? name : Catalog.Metrics.NameOf(name))],
        };
        string[] misfits = [.. TaskRules.Misfits(experiment, card.Learning)];
        return misfits.Length == 0
            ? TaskRules.Settle(experiment, card.Learning)
            : throw AutoFlipException.BadRequest(string.Join('\n', misfits));
    }

    static void CheckTask(ModelCard card, LearningTask task, string name)
    {
        if (task.Kind == card.Task && task.ClassNames.SequenceEqual(card.Classes)) return;
        throw AutoFlipException.BadRequest(
            $"Experiment.Dataset {name}: it is about {Described(task)}, and the model about {Described(card.Learning)}.");
    }

    static string Described(LearningTask task) => task.Kind == TaskKind.Regression
        ? "numbers"
        : $"{task.Classes} classes{(task.Kind == TaskKind.Labelling ? ", one at each step" : "")} "
            + $"({string.Join(", ", task.ClassNames.Take(5))}{(task.Classes > 5 ? ", ..." : "")})";
}
