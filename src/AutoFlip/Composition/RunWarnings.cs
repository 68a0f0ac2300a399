namespace AutoFlip;

/// <summary>Warnings before the first round of a run.</summary>
static class RunWarnings
{
    /// <summary>All of them, one or two sentences each.</summary>
    /// <param name="setting">The run.</param>
    /// <param name="data">Its data.</param>
    /// <param name="isNew">True for a new run; a resumed run does not repeat the warnings about options without effect.</param>
    public static IEnumerable<string> Of(RunSetting setting, FederatedData data, bool isNew)
    {
        var (experiment, network) = (setting.Experiment, setting.Network);
        var run = new PreparedRun(experiment, network, setting.Contract, data.OwnersHoldOut);
        return (isNew ? OfChoices(run, setting.Method) : [])
            .Concat(OfEvaluation(experiment, data.Test is not null, data.Clients.HeldOutSamples))
            .Concat(OfSize(experiment, setting.Method, network, setting.Directory.Checkpoints))
            .Concat(OfDevices(setting))
            .Concat(setting.Devices.Gpu is null ? OfProcessor(experiment, network) : []);
    }

    /// <summary>Warnings of a server whose clients are on other machines.</summary>
    public static IEnumerable<string> OfNetwork(RunSetting setting, bool isNew) =>
        isNew ? OfChoices(new PreparedRun(setting.Experiment, setting.Network, setting.Contract), setting.Method) : [];

    /// <summary>Warnings about options without effect, and the algorithm's and the pruner's.</summary>
    static IEnumerable<string> OfChoices(PreparedRun run, Method method) =>
    [
        .. OptionUses.Warning(run) is { } unused ? [unused] : Array.Empty<string>(),
        .. method.Algorithm.Warns(run.Experiment, run.Network), .. method.Pruner.Warns(run.Experiment, run.Network),
    ];

    /// <summary>A warning that a run will end without any figure.</summary>
    internal static IEnumerable<string> OfEvaluation(Experiment experiment, bool hasTest, long heldOut)
    {
        if (!hasTest && (heldOut == 0 || experiment.EvaluationScope == EvaluationScope.Global))
            yield return "Nothing will be evaluated: the data have no test set, and "
                + (heldOut == 0 ? "clients hold out no samples. A larger Experiment.TestFraction has them do so."
                    : "Experiment.EvaluationScope global leaves out what clients hold out. Choose local.");
    }

    static IEnumerable<string> OfDevices(RunSetting setting)
    {
        if (setting.Devices.Gpu is null && setting.Options.DeviceIds is not [])
            yield return $"RunOptions.DeviceIds has no effect: RunOptions.Device is {setting.Devices.Name}.";
    }

    /// <summary>Warnings about processors that are slower than expected.</summary>
    static IEnumerable<string> OfProcessor(Experiment experiment, Network network)
    {
        if (OneDnn.Remedy == CacheRemedy.NarrowVectors && network.Nodes.Any(node => node.Layer is Conv2d))
            yield return "This machine hides its processor's caches, as some virtual machines do, "
                + "and libtorch's fast convolutions would be wrong on it; slower ones are used, which are right. "
                + "Where they are shown (lscpu lists L1d), training takes a quarter to a half of the time.";
        if (experiment.Precision == TrainingPrecision.Bf16 && Bfloat16.IsEmulated)
            yield return "Experiment.Precision bf16: this processor has no bfloat16 arithmetic (AVX512_BF16 or AMX_BF16) that could be "
                + "used; the result is right, but fp32 is probably faster.";
    }

    /// <summary>Warnings that clients' files may exceed the free disk space, one sentence each.</summary>
    internal static IEnumerable<string> OfSize(Experiment experiment, Method method, Network network, string folder)
    {
        const long WarnAbove = 4L << 30;
        var scores = 4L * network.Layout.ParameterCount * experiment.ExplorerCount;
        if (method.Pruner.Explores && scores > WarnAbove)
            yield return $"Exploration will keep {scores >> 30} GB of scores in {folder}; fewer explorers (Experiment.ExplorerFraction) "
                + "keep less.";
        var asked = Math.Min(experiment.Clients, (long)experiment.AskedSize * experiment.Rounds);
        var vector = 2 * 4L * network.Layout.ParameterCount * asked; // of each client that takes part, the last two rounds
        if (experiment.WireUp == WireFormat.Int8 && vector > WarnAbove)
            yield return $"int8 residuals of all clients will take up to {vector >> 30} GB in {folder}; Experiment.WireUp fp16 keeps none.";
        var local = 2 * 4L * (network.Layout.Count - method.Algorithm.Travels(network).Kept) * asked;
        var state = vector * method.Algorithm.Remembers + local;
        if (state > WarnAbove)
            yield return $"The clients' state of Experiment.Algorithm {experiment.Algorithm} will take up to {state >> 30} GB in {folder}.";
    }
}
