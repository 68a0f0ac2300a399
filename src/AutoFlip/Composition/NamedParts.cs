namespace AutoFlip;

/// <summary>Parts named by an experiment or a model card. This class looks names up in the <see cref="Catalog"/>; lower rooms do
/// not.</summary>
public static class NamedParts
{
    extension(DataSet)
    {
        /// <summary>The data set that an experiment names: one of the catalogue, or a kind of set and a path,
        /// as in <c>folder:PATH</c>.</summary>
        /// <exception cref="AutoFlipException">There is none of that name, or it stands for clients' own data (exit 2).</exception>
        public static DataSet Of(Experiment experiment) => DataSetName.PathOf(experiment.Dataset) is { } named
            ? Catalog.DataSetKinds[named.Kind](named.Path, experiment)
            : DataSetName.IsOwn(experiment.Dataset) ? throw AutoFlipException.BadRequest(
                $"Experiment.Dataset {DataSetName.Own}: it stands for the clients' own data in a federation over a network "
                + "(FederationServer.Run). Name a data set here.")
            : Catalog.DataSets[experiment.Dataset];

        /// <summary>The catalogue's own spelling of a data set's name; of a path, its kind's.</summary>
        /// <exception cref="AutoFlipException">There is none of that name (exit 2).</exception>
        public static string NameOf(string name) => DataSetName.PathOf(name) is { } named
            ? $"{Catalog.DataSetKinds.NameOf(named.Kind)}:{named.Path}"
            : DataSetName.IsOwn(name) ? DataSetName.Own
            : Catalog.DataSets.NameOf(name);
    }

    extension(FederatedData)
    {
        /// <summary>Loads the experiment's data set and partitions it among its clients.</summary>
        /// <param name="experiment">Names the data set and the partition; the seed determines the partition.</param>
        /// <param name="where">Where to look for files, and whether to download.</param>
        /// <param name="observer">Receives progress and warnings.</param>
        /// <param name="cancellation">Stops a download.</param>
        /// <exception cref="AutoFlipException">Data is missing or unreadable (exit 3), or cannot be
        /// partitioned as asked (exit 2).</exception>
        public static FederatedData Load(
            Experiment experiment, DataLocations where, ILoadObserver observer, CancellationToken cancellation = default)
        {
            var set = DataSet.Of(experiment);
            _ = Catalog.Partitions[experiment.Partition]; // a wrong name is cheaper to find before reading gigabytes
            return FederatedData.Assign(experiment, set.Load(experiment, where, observer, cancellation));
        }

        /// <summary>Partitions loaded data by the experiment's rule.</summary>
        /// <exception cref="AutoFlipException">The data cannot be partitioned as asked (exit 2).</exception>
        public static FederatedData Assign(Experiment experiment, LoadedData data) =>
            TaskRules.RefusesPartition(experiment, data.Task) is { } reason
            ? throw AutoFlipException.BadRequest(reason)
            : FederatedData.Assign(experiment, data, Catalog.Partitions[experiment.Partition](experiment));
    }

    extension(Metric)
    {
        /// <summary>The metrics of an experiment whose task is settled.</summary>
        public static Metric[] AllOf(Experiment experiment) => [.. experiment.Metrics.Select(name => Catalog.Metrics[name](experiment))];

        /// <summary>The name of the metric that represents a run where there is room for one (<see cref="Metric.IsMain"/>).</summary>
        public static string MainOf(Experiment experiment) =>
            experiment.Metrics.FirstOrDefault(name => Metric.Find(name)?.IsMain == true) ?? experiment.Metrics[0];

        /// <summary>The metric of a name that a file holds; null if this version has none of that name.</summary>
        public static Metric? Find(string name) => Catalog.Metrics.TryGet(name, out var metric) ? metric(new()) : null;

        /// <summary>A metric's name in a sentence, a table or a chart; of an unknown one the name itself.</summary>
        public static string DisplayNameOf(string name) => Metric.Find(name)?.DisplayName ?? name;

        /// <summary>The name of the metric at the beginning of a sentence.</summary>
        public static string DisplayTitleOf(string name) => Metric.Find(name)?.DisplayTitle ?? name;

        /// <summary>Tests whether a metric's values are shown in percent.</summary>
        public static bool IsInPercent(string name) => Metric.Find(name)?.InPercent == true;
    }

    /// <summary>The network that the card describes.</summary>
    /// <param name="card">The card.</param>
    /// <param name="path">The file, for messages.</param>
    /// <exception cref="AutoFlipException">It describes none (exit 3).</exception>
    public static Network BuildNetwork(this ModelCard card, string path)
    {
        try
        {
            var full = Catalog.Models[card.Model](card.Input.Shape, card.Outputs, card.Options);
            if (full.Vocabulary is null != card.Input.Vocabulary is null || full.Vocabulary < card.Input.Vocabulary)
                throw AutoFlipException.BadFile(path, "its network disagrees with its model card");
            if (full.Nodes[^1].OutputShape.Length == 2 != (card.Task == TaskKind.Labelling))
                throw AutoFlipException.BadFile(path, "the network disagrees with its model card");
            return card.Widths is null
                ? full
                : full.WithWidths(group => card.Widths.TryGetValue(group.Name, out var width) && width >= 1 && width <= group.Width
                    ? width
                : throw AutoFlipException.BadFile(path, $"its model card gives '{group.Name}' no width of 1 to {group.Width}"));
        }
        // of any kind: the numbers that a network is built of come from a file
        catch (Exception e) when (e is not AutoFlipException { Code: ExitCode.BadData })
        {
            throw AutoFlipException.BadFile(
                path,
                $"the network that its model card describes cannot be built{(e is AutoFlipException ? $": {e.Message.TrimEnd('.')}" : "")}",
                e);
        }
    }
}

/// <summary>The same of what is not public.</summary>
static class NamedInternals
{
    extension(Workspace)
    {
        /// <summary>A workspace with the optimiser, the precision and the kernels that an experiment names.</summary>
        /// <param name="experiment">The experiment.</param>
        /// <param name="optimizer">Another optimiser than it names.</param>
        /// <param name="device">Where it computes; null: on the CPU.</param>
        public static Workspace Of(Experiment experiment, Optimizer? optimizer = null, ComputeDevice? device = null) => new(
            optimizer ?? Catalog.Optimizers[experiment.Optimizer](experiment), experiment.Precision,
            device is { IsHost: false } ? TrainingKernels.Torch : KernelPlan.Chosen(experiment), device);
    }
}
