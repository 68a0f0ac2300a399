namespace AutoFlip;

/// <summary>The final model of a run directory.</summary>
public static class RunModel
{
    /// <summary>Reads it. Of a run whose checkpoints have no card, as older versions wrote them, one is made from
    /// the experiment and its data.</summary>
    /// <param name="directory">The run directory.</param>
    /// <param name="small">What is left of the model; otherwise all of it, with zeros for what was removed.</param>
    /// <param name="dataPath">Where data is looked for first, if it is needed; null: where the run found it.</param>
    /// <param name="observer">Receives progress, if data have to be loaded, and a warning if clients have kept values of the model; null
    /// for none.</param>
    /// <param name="cancellation">Stops that.</param>
    /// <exception cref="AutoFlipException">It is no run directory, or the run has not ended (exit 2); a file is damaged, or
    /// data are missing (exit 3).</exception>
    public static SavedModel Load(
        string directory, bool small = true, string? dataPath = null, RunObserver? observer = null,
        CancellationToken cancellation = default)
    {
        ExperimentFile.RequireRun(directory);
        var path = Path.Combine(directory, small ? SavedModel.SmallFile : SavedModel.FullFile);
        if (!File.Exists(path))
            throw AutoFlipException.BadRequest(
                $"'{directory}' has no final model: the run is not done. "
                + $"{RunStatus.Of(directory).Advice(directory) ?? "It is still running."}");
        var file = Safetensors.Read(path);
        observer ??= RunObserver.None;
        if (SavedModel.Of(file, path) is not { } model) return Rebuilt(file, directory, dataPath, observer, cancellation);
        if (model.Experiment is not { } made) return model;
        if (Catalog.Algorithms.TryGet(made.Algorithm, out var algorithm) // another program has algorithms of its own
            && algorithm(made).Travels(model.Network) is { IsAll: false } travels)
            observer.Warning(
                $"Experiment.Algorithm {made.Algorithm}: {travels.Count - travels.Kept} of the model's {travels.Count} values were trained "
                + "at the clients and stayed there. In this model they are as they were drawn, so it is not for use as it is: "
                + "RunOptions.SaveClients writes the clients' own.");
        return model with { Experiment = WithFolders(made, ExperimentFile.ToShow(directory)) }; // the file has no folders
    }

    static Experiment WithFolders(Experiment made, Experiment run) =>
        made with { Dataset = run.Dataset, Tokenizer = run.Tokenizer, Pretrained = run.Pretrained };

    static SavedModel Rebuilt(Safetensors file, string directory, string? dataPath, RunObserver observer, CancellationToken cancellation)
    {
        var record = RunRecord.Load(directory);
        if (record.Rounds.IsEmpty)
            throw AutoFlipException.BadFile(directory, $"{RunDirectory.RoundsFile} has no rounds, and the models have no card");
        var (experiment, options) = (record.Experiment, RunDirectory.OptionsOf(directory));
        observer.Warning(
            $"The models in '{directory}' have no card: an older version wrote them. What is missing is taken from {experiment.Dataset}.");
        var data = FederatedData.Load(
            experiment, DataLocations.Of(options with { DataPath = dataPath ?? options.DataPath }), observer, cancellation);
        if (ExperimentFile.PartitionSha256Of(Path.Combine(directory, ExperimentFile.FileName)) is { } hash && hash != data.Table.Sha256)
            throw AutoFlipException.BadData(
                $"The data of {experiment.Dataset} are not those of the run in '{directory}'. "
                + "Name the folder of the data used then with RunOptions.DataPath.");
        var full = RunNetwork.Build(experiment, Catalog.Resolve(experiment), data.Contract);
        var network = full.WithWidths(WidthsIn(file, full));
        var card = ModelCard.Of(experiment, data.Contract) with
        {
            Round = record.Rounds[^1].Round,
            CutOff = record.Rounds[^1].CutOff,
            ModelSha256 = record.Summary?.ModelSha256,
        };
        return new SavedModel(
            network.Layout.Equals(full.Layout) ? card : card.WithWidthsOf(network), network, file.ToFiniteWeights(network.Layout),
            experiment);
    }

    /// <summary>The width of each group, from the sizes of tensors: of an axis that consists of one group's units alone.</summary>
    static Func<ChannelGroup, int> WidthsIn(Safetensors file, Network full)
    {
        var tensors = file.Tensors.ToDictionary(tensor => tensor.Name);
        return group =>
        {
            foreach (var axis in group.Memberships.GroupBy(member => (member.Tensor, member.Axis)))
            {
                var perUnit = axis.Sum(member => member.Block);
                if (full.Layout[axis.Key.Tensor].Shape[axis.Key.Axis] == perUnit * group.Width
                    && tensors.TryGetValue(axis.Key.Tensor, out var tensor) && tensor.Shape.Length > axis.Key.Axis)
                    return Math.Max(tensor.Shape[axis.Key.Axis] / perUnit, 1);
            }
            return group.Width; // what does not fit then is said when the tensors are taken
        };
    }
}
