namespace AutoFlip;

/// <summary>The network of a run.</summary>
static class RunNetwork
{
    /// <summary>Most parameters of a model that is tried before data are read: the trial costs a second at that size.</summary>
    const int MostTried = 20_000_000;

    /// <summary>Refuses a pruner that cannot prune the model as asked, before anything is read, where the data set's name alone says what
    /// the model is.</summary>
    /// <exception cref="AutoFlipException">It cannot (exit 2).</exception>
    public static void CheckPruning(Experiment experiment)
    {
        var pruner = Catalog.Pruners[experiment.Pruner](experiment);
        if (pruner is NoPruning || ExperimentRules.KnownTask(experiment) is not { } task) return;
        if (DataSet.Of(experiment) is not ImageDataSet { Shape: { } shape }) return;
        if (experiment.Resize > 0) shape = shape with { Height = experiment.Resize, Width = experiment.Resize };
        var network = Catalog.Models[experiment.Model](shape, task.Outputs, ModelOptions.Of(experiment));
        if (network.Layout.ParameterCount <= MostTried) pruner.Check(network);
    }

    /// <summary>Builds it, once it is sure that data, model, loss, pruner and algorithm fit each other.</summary>
    /// <param name="experiment">The run.</param>
    /// <param name="method">Its method.</param>
    /// <param name="data">What samples and targets are.</param>
    /// <param name="require">Refuses a network that is too large, before the pruner is tried on it: that costs
    /// time and memory by weights.</param>
    /// <exception cref="AutoFlipException">They do not (exit 2).</exception>
    public static Network Build(Experiment experiment, Method method, DataContract data, Action<Network>? require = null)
    {
        var network = Catalog.Models[experiment.Model](data.Shape, data.Task.Outputs, ModelOptions.Of(experiment));
        if (method.Criterion.Refuses(network) is { } reason) throw AutoFlipException.BadRequest($"Experiment.Criterion: {reason}");
        if (experiment.Kernels == TrainingKernels.Own && KernelPlan.Refuses(network) is { } without)
            throw AutoFlipException.BadRequest($"Experiment.Kernels own: {without}");
        CheckTokens(experiment, network, data.Vocabulary);
        CheckSteps(experiment, network, data.Task);
        CheckPadding(experiment, data.Recipe);
        require?.Invoke(network);
        method.Pruner.Check(network);
        return network;
    }

    /// <summary>Checks that a network reads token ids if and only if samples are token ids, and that its vocabulary includes all of
    /// them.</summary>
    static void CheckTokens(Experiment experiment, Network network, int? vocabulary)
    {
        if (vocabulary is null && network.Vocabulary is null) return;
        if (vocabulary is null)
            throw AutoFlipException.BadRequest(
                $"Experiment.Model {experiment.Model}: it reads token ids, and the samples of {experiment.Dataset} are numbers; "
                + "choose a model without an embedding.");
        if (network.Vocabulary is null)
            throw AutoFlipException.BadRequest(
                $"Experiment.Model {experiment.Model}: it reads numbers, and the samples of {experiment.Dataset} are token ids; "
                + "choose a model with an embedding, such as NextCharLSTM.");
        if (network.Vocabulary < vocabulary)
            throw AutoFlipException.BadRequest(
                ExperimentOptions.Of(nameof(Experiment.EmbeddingCount))
                    .Refusal(network.Vocabulary, $"at least {vocabulary}, the tokens of {experiment.Dataset}"));
    }

    /// <summary>Under a data contract texts are padded as it says, and a model that classifies from the first or the last token needs one
    /// side.</summary>
    static void CheckPadding(Experiment experiment, InputRecipe recipe)
    {
        if (recipe is not IPaddedText texts || !DataSetName.IsOwn(experiment.Dataset)) return;
        if (texts.PaddingBehind == (experiment.Padding == PaddingSide.Behind)) return;
        var (asked, agreed) = texts.PaddingBehind ? ("before", "behind") : ("behind", "before");
        throw AutoFlipException.BadRequest(
            $"Experiment.Padding {asked}: texts of the data contract are padded {agreed}. Make the contract with Experiment.Model "
            + $"{experiment.Model}, or choose Experiment.Padding {agreed}.");
    }

    /// <summary>A network must have an output at every step of a sequence if and only if that is the task.</summary>
    static void CheckSteps(Experiment experiment, Network network, LearningTask task)
    {
        var (perStep, wanted) = (network.Nodes[^1].OutputShape.Length == 2, task.Kind == TaskKind.Labelling);
        if (perStep == wanted) return;
        throw AutoFlipException.BadRequest(wanted
            ? $"Experiment.Model {experiment.Model}: it gives one output per sequence, and {experiment.Dataset} needs one per step; "
                + "choose NextWordLSTM."
            : $"Experiment.Model {experiment.Model}: it gives one output per step, and {experiment.Dataset} needs one per sequence; "
                + "choose another model, such as NextCharLSTM.");
    }
}
