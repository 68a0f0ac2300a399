using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace AutoFlip;

/// <summary>One figure over several clients.</summary>
/// <param name="Weighted">Mean weighted by the clients' numbers of samples, over the clients whose value is
/// defined; null if none's is.</param>
/// <param name="Equal">Plain mean.</param>
/// <param name="Std">Population standard deviation.</param>
public sealed record MetricSummary(double? Weighted, double? Equal, double? Std);

/// <summary>A difference between participants and others, both ways of averaging.</summary>
public sealed record Gap(double? Weighted, double? Equal);

/// <summary>A client whose reply could not be used.</summary>
/// <param name="Client">The client's number.</param>
/// <param name="Reason">One sentence.</param>
public sealed record ClientFailure(int Client, string Reason)
{
    /// <summary>The work that it was asked to do: to train, or to evaluate the round's model.</summary>
    [JsonConverter(typeof(JsonStringEnumConverter<ClientWork>))]
    public ClientWork Work { get; init; } = ClientWork.Train;
}

/// <summary>Everything that is known about a finished round: one line of <c>rounds.jsonl</c>, one entry of <c>results.json</c>.</summary>
public sealed record RoundReport
{
    /// <summary>The round, from 1.</summary>
    public required int Round { get; init; }

    /// <summary>Time at which the round ended.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>Wall-clock seconds of the whole round.</summary>
    public required double Seconds { get; init; }

    /// <summary>Of these, seconds of computing the mask.</summary>
    public required double MaskSeconds { get; init; }

    /// <summary>Of these, seconds in which the server checked and folded replies and updated the model.</summary>
    public double FoldSeconds { get; init; }

    /// <summary>Of these, seconds of evaluation after the update.</summary>
    public required double EvaluateSeconds { get; init; }

    /// <summary>Seconds of all clients together, by their own clocks: with several workers they are more than the round's.</summary>
    public ClientSeconds ClientSeconds { get; init; } = ClientSeconds.Zero;

    /// <summary>The clients that took part, ascending.</summary>
    public required ImmutableArray<int> Cohort { get; init; }

    /// <summary>Kept parameters / parameters.</summary>
    public required double Density { get; init; }

    /// <summary>Hash of the mask, in hex; null if nothing was removed.</summary>
    public string? Mask { get; init; }

    /// <summary>Size of the tensors that clients really trained; of sub-models in the mean over clients.</summary>
    public int TrainedParameters { get; init; }

    /// <summary>Multiply-accumulates of a forward pass of the full network.</summary>
    public long MacsPerSample { get; init; }

    /// <summary>Of these, those that clients really carried out; of sub-models in the mean over samples.</summary>
    public long ActiveMacsPerSample { get; init; }

    /// <summary>Bytes sent to clients, measured.</summary>
    public required long DownBytes { get; init; }

    /// <summary>Bytes sent by clients, measured.</summary>
    public required long UpBytes { get; init; }

    /// <summary>Bytes of plain FedAvg in the round: 4 per value, in both directions where weights are returned. Clients that joined the
    /// cohort to be scored do not count.</summary>
    public required long DenseFp32Bytes { get; init; }

    /// <summary>Size of the round's model message to one client.</summary>
    public required long ModelBytes { get; init; }

    /// <summary>Samples that went through forward and backward passes.</summary>
    public required long TrainSamples { get; init; }

    /// <summary>Of these, samples of plain FedAvg: of local epochs, of stragglers the drawn ones, without further passes of the algorithm
    /// (<see cref="FederatedAlgorithm.ExtraPasses"/>) and without clients that joined the cohort to be scored. Null in reports of earlier
    /// versions, or with further passes.</summary>
    public long? DenseTrainSamples { get; init; }

    /// <summary>Largest resident memory of the process so far, in bytes; in a simulation the server and all workers.</summary>
    public long PeakRssBytes { get; init; }

    /// <summary>Learning rate of the round.</summary>
    public required double LearningRate { get; init; }

    /// <summary>Replies that could not be used.</summary>
    public ImmutableArray<ClientFailure> Failures { get; init; } = [];

    /// <summary>The probability from which on the global model's single output meant class 1; null if none was fitted.</summary>
    public double? CutOff { get; init; }

    /// <summary>Kept parts of each layer, and the distance of its weights from the initial ones; empty in reports of earlier
    /// versions.</summary>
    public ImmutableArray<LayerFigures> Layers { get; init; } = [];

    /// <summary>Training figures of the cohort's last local epoch: <c>loss</c> and each metric.</summary>
    public required ImmutableSortedDictionary<string, MetricSummary> ClientsUpdated { get; init; }

    /// <summary>The cohort's own models on the cohort's held-out samples.</summary>
    public ImmutableSortedDictionary<string, MetricSummary>? ClientsEvaluatedIn { get; init; }

    /// <summary>The global model on the held-out samples of clients that did not take part.</summary>
    public ImmutableSortedDictionary<string, MetricSummary>? ClientsEvaluatedOut { get; init; }

    /// <summary>The cohort's personal models, after training, on the cohort's held-out samples; null if the algorithm has none.</summary>
    public ImmutableSortedDictionary<string, MetricSummary>? ClientsPersonalIn { get; init; }

    /// <summary>Personal models of the same clients as <see cref="ClientsEvaluatedOut"/> on the same samples; null if the algorithm has
    /// none.</summary>
    public ImmutableSortedDictionary<string, MetricSummary>? ClientsPersonalOut { get; init; }

    /// <summary>A metric on clients, in the equal mean: of their personal models where the algorithm has some, else of the global model.
    /// Null in rounds without evaluation.</summary>
    /// <param name="metric">Its name.</param>
    public double? OnClients(string metric) => (ClientsPersonalOut ?? ClientsEvaluatedOut)?.GetValueOrDefault(metric)?.Equal;

    /// <summary>The global model on the server's test set.</summary>
    public ServerEvaluation? ServerEvaluated { get; init; }

    /// <summary>Out minus in, per figure, keyed <c>gen_gap_loss</c>, <c>gen_gap_acc1</c>, ...</summary>
    public ImmutableSortedDictionary<string, Gap>? GeneralizationGap { get; init; }
}
