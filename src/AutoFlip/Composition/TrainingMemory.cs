using System.Globalization;

namespace AutoFlip;

/// <summary>The least memory that a run takes, counted before any of it is allocated.</summary>
/// <remarks>
/// A lower bound, so that no run is refused that could end: float32 weights of the server (the model, the next one, and replies
/// that are kept), weights and gradients of each client that trains at the same time, and what a backward pass keeps of a batch, which is
/// at least the sample and the outputs of convolutions and matrix products. The optimiser's state, messages and libtorch's own buffers come
/// on top.
/// <para>Counted in double: no option can overflow it.</para>
/// </remarks>
/// <param name="Network">The full network.</param>
/// <param name="Batch">Samples of a batch.</param>
/// <param name="Together">Clients that train at the same time.</param>
/// <param name="ActivationBytes">Of one batch of one client.</param>
sealed record TrainingMemory(Network Network, int Batch, int Together, double ActivationBytes)
{
    static readonly (string Option, Func<ModelOptions, ModelOptions, ModelOptions> AsUsual)[] Sizes =
    [
        ("Experiment.HiddenSize", (options, usual) => options with { HiddenSize = usual.HiddenSize }),
        ("Experiment.WidthMultiplier", (options, usual) => options with { WidthMultiplier = usual.WidthMultiplier }),
        ("Experiment.LayerCount", (options, usual) => options with { LayerCount = usual.LayerCount }),
        ("Experiment.Depth", (options, usual) => options with { Depth = usual.Depth }),
        ("Experiment.WidenFactor", (options, usual) => options with { WidenFactor = usual.WidenFactor }),
        ("Experiment.EmbeddingSize", (options, usual) => options with { EmbeddingSize = usual.EmbeddingSize }),
    ];

    /// <summary>Replies that the server keeps at a time (<see cref="FederatedAlgorithm.KeepsReplies"/>).</summary>
    public int Replies { get; init; }

    double WeightBytes => (double)sizeof(float) * Network.Layout.Count;

    /// <summary>All of it.</summary>
    public double Bytes => (2.0 + Replies) * WeightBytes + Together * (2 * WeightBytes + ActivationBytes);

    /// <summary>Counts what a simulation takes; parameters are those below.</summary>
    public static TrainingMemory Of(Experiment experiment, Network network, FederatedData data, int workers) => Of(
        experiment, network, data.Clients.MostTrainSamples,
        Math.Min(workers, experiment.CohortSize));

    /// <summary>Counts what a server takes that trains nothing.</summary>
    public static TrainingMemory OfServer(Network network) => new(network, 0, 0, 0);

    /// <summary>Counts what clients of one process and the models between them and a server take.</summary>
    /// <param name="experiment">The run.</param>
    /// <param name="network">Its full network.</param>
    /// <param name="largest">Training samples of the client that has most.</param>
    /// <param name="workers">Clients that may train at the same time.</param>
    public static TrainingMemory Of(Experiment experiment, Network network, int largest, int workers)
    {
        var batch = experiment.BatchSize == 0 ? largest : Math.Min(experiment.BatchSize, largest);
        var kept = network.Nodes.Where((node, i) => i == 0 || node.Macs > 0).Sum(node => (double)node.ActivationCount);
        var width = experiment.Precision == TrainingPrecision.Bf16 ? sizeof(float) / 2 : sizeof(float);
        return new(network, batch, Math.Max(workers, 1), kept * batch * width);
    }

    /// <summary>Refuses a run whose model does not fit into a message, or that does not fit into memory.</summary>
    /// <param name="experiment">The run.</param>
    /// <param name="limit">Bytes there are.</param>
    /// <exception cref="AutoFlipException">It does not (exit 2): need, limit, and the options to lower.</exception>
    public void Require(Experiment experiment, long limit)
    {
        var algorithm = Catalog.Resolve(experiment).Algorithm;
        var most = Message.MostWeights(Math.Max(algorithm.Sends.Length, algorithm.Returns.Length));
        var tooLarge = Network.Layout.Count > most;
        if (Bytes <= limit && !tooLarge) return;
        string[] lower = [.. SizesOf(experiment), .. tooLarge ? [] : SideBySide(experiment)];
        var advice = lower is []
            ? "Choose a smaller Experiment.Model."
            : $"Lower {string.Join(", ", lower)}, or choose a smaller Experiment.Model.";
        if (tooLarge)
            throw AutoFlipException.BadRequest(string.Create(CultureInfo.InvariantCulture,
                $"Experiment.Model {experiment.Model}: it has {Network.Layout.Count:N0} weights, "
                + $"and a message to a client holds {most:N0} at most. {advice}"));
        throw AutoFlipException.BadRequest(
            $"Experiment.Model {experiment.Model}: the run needs at least {MemoryLimit.Text(Bytes)} of memory, "
            + $"and there are {MemoryLimit.Text(limit)}: "
            + string.Create(CultureInfo.InvariantCulture, $"{Network.Layout.Count:N0} weights take {MemoryLimit.Text(WeightBytes)}")
            + (Replies == 0 ? "" : $", the {Replies} replies that {experiment.Algorithm} keeps {MemoryLimit.Text(Replies * WeightBytes)}")
            + (Together == 0 ? ". " : $", a batch of {Batch} samples {MemoryLimit.Text(ActivationBytes)}, {Together} at a time. ")
            + advice);
    }

    /// <summary>The options whose lower value makes the network smaller: those above their defaults.</summary>
    IEnumerable<string> SizesOf(Experiment experiment)
    {
        var (options, usual) = (ModelOptions.Of(experiment), new ModelOptions());
        foreach (var (option, asUsual) in Sizes)
        {
            var other = asUsual(options, usual);
            if (other == options) continue;
            var smaller = Catalog.Models[experiment.Model](Network.Input, Network.Outputs, other);
            if (smaller.Layout.Count < Network.Layout.Count) yield return option;
        }
        if (Network.Vocabulary > usual.EmbeddingCount) yield return "Experiment.EmbeddingCount";
    }

    /// <summary>The options whose lower value makes less be computed or kept at a time.</summary>
    IEnumerable<string> SideBySide(Experiment experiment)
    {
        if (Batch > 1 && ActivationBytes > WeightBytes) yield return "Experiment.BatchSize";
        if (experiment.Resize > 0 && ActivationBytes > WeightBytes && Network.Input.Height > 1) yield return "Experiment.Resize";
        if (Together > 1) yield return "RunOptions.Workers";
        if (Replies > 1) yield return experiment.CohortFraction == 0 ? "Experiment.Clients" : "Experiment.CohortFraction";
    }
}
