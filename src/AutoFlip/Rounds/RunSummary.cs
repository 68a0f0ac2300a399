using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace AutoFlip;

/// <summary>The figures of a whole run: <c>summary.json</c>. Other programs read it: fields are added, never renamed or removed.</summary>
public sealed record RunSummary
{
    /// <summary>Evaluations that a mean of recent ones is of, at most.</summary>
    public const int RecentEvaluations = 5;

    /// <summary>The run directory; not part of the file.</summary>
    [JsonIgnore]
    public string Directory { get; init; } = "";

    /// <summary>Version of this schema.</summary>
    public int Schema { get; init; } = 1;

    /// <summary>Version of the program.</summary>
    public required string Version { get; init; }

    /// <summary>Catalogue name.</summary>
    public required string Algorithm { get; init; }

    /// <summary>Catalogue name.</summary>
    public required string Pruner { get; init; }

    /// <summary>Catalogue name.</summary>
    public required string Dataset { get; init; }

    /// <summary>Catalogue name.</summary>
    public required string Model { get; init; }

    /// <summary>The run's seed.</summary>
    public required ulong Seed { get; init; }

    /// <summary>Clients K.</summary>
    public required int Clients { get; init; }

    /// <summary>Clients per round.</summary>
    public required int Cohort { get; init; }

    /// <summary>Rounds asked for.</summary>
    public required int Rounds { get; init; }

    /// <summary>Rounds done.</summary>
    public required int RoundsDone { get; init; }

    /// <summary>Quality of the model.</summary>
    public required SummaryMetrics Metrics { get; init; }

    /// <summary>The main metric at every evaluation on the server's test set, and what the run had cost by then. Empty in
    /// summaries of earlier versions.</summary>
    public ImmutableArray<SummaryEvaluation> Evaluations { get => field.IsDefault ? [] : field; init; }

    /// <summary>Size of the model.</summary>
    public required SummaryModelSize ModelSize { get; init; }

    /// <summary>Amount of computation.</summary>
    public required SummaryCompute Compute { get; init; }

    /// <summary>Code that trained: own or torch; linear where own kernels trained linear layers and libtorch the others. Null in
    /// summaries of earlier versions.</summary>
    public string? Kernels { get; init; }

    /// <summary>Devices that trained: cpu, or cuda:0 and so on, separated by commas. Null in summaries of earlier versions.</summary>
    public string? Device { get; init; }

    /// <summary>Model of the GPUs; null if there were none.</summary>
    public string? Gpu { get; init; }

    /// <summary>Version of libtorch. Null in summaries of earlier versions.</summary>
    public string? Libtorch { get; init; }

    /// <summary>Amount of traffic.</summary>
    public required SummaryTraffic Traffic { get; init; }

    /// <summary>Duration of the run.</summary>
    public required SummaryTime Time { get; init; }

    /// <summary>Clients that trained side by side.</summary>
    public required int Workers { get; init; }

    /// <summary>Largest resident memory of the process, in bytes.</summary>
    public required long PeakRssBytes { get; init; }

    /// <summary>Replies that could not be used, over all rounds.</summary>
    public required int Failures { get; init; }

    /// <summary>SHA-256 of the final full global vector (float32, little-endian, canonical order).</summary>
    public required string ModelSha256 { get; init; }

    /// <summary>The summary of a run; null if it has not ended, or if the file is damaged: going on with the run sums it up
    /// again.</summary>
    /// <param name="directory">The run directory.</param>
    internal static RunSummary? Find(string directory)
    {
        if (!File.Exists(Path.Combine(directory, FileName))) return null;
        try
        {
            return Load(directory);
        }
        catch (AutoFlipException damaged) when (damaged.Code == ExitCode.BadData)
        {
            return null;
        }
    }

    /// <summary>Reads the summary of a run that has ended.</summary>
    /// <param name="directory">The run directory.</param>
    /// <exception cref="AutoFlipException">It is none or has not ended (exit 2), or the file is damaged (exit 3).</exception>
    public static RunSummary Load(string directory)
    {
        var path = Path.Combine(directory, FileName);
        if (!File.Exists(path))
        {
            ExperimentFile.RequireRun(directory);
            throw AutoFlipException.BadRequest(
                $"'{directory}': the run is not done, so there is no {FileName}. "
                + $"{RunStatus.Of(directory).Advice(directory) ?? "It is still running."}");
        }
        var summary = RunJson.Load<RunSummary>(path, $"its figures can be computed again with: Simulation.Resume {directory}")!;
        return summary with { Directory = directory };
    }

    internal const string FileName = "summary.json";
}

/// <summary>Quality of the model; null where it was not evaluated.</summary>
/// <param name="Global">Accuracy and loss on the server's test set.</param>
/// <param name="Local">Accuracy on clients.</param>
/// <param name="Main">The main metric, whatever it is; null in summaries of earlier versions.</param>
public sealed record SummaryMetrics(SummaryGlobal Global, SummaryLocal Local, SummaryMain? Main = null)
{
    /// <summary>The main metric: accuracy where the summary names none.</summary>
    [JsonIgnore]
    public SummaryMain Primary =>
        Main ?? new SummaryMain("acc1", false, Global.Acc1, Global.BestAcc1, Global.BestRound, Global.RecentAcc1, Local.Acc1);
}

/// <summary>The metric that stands for a run (see <see cref="Metric.IsMain"/>), where <see cref="SummaryGlobal"/> and
/// <see cref="SummaryLocal"/> measure accuracy.</summary>
/// <param name="Name">Which metric.</param>
/// <param name="LowerIsBetter">Whether it is an error.</param>
/// <param name="Global">Its value at the last evaluation on the server's test set.</param>
/// <param name="Best">The best value of any such evaluation.</param>
/// <param name="BestRound">Its round.</param>
/// <param name="Recent">Mean of the last five, or of all if there are fewer.</param>
/// <param name="Local">On held-out samples of clients that did not take part: the last evaluation, equal mean.</param>
/// <param name="RecentCount">How many evaluations <paramref name="Recent"/> is the mean of: those of the last five in which the metric is
/// defined. Null in summaries of earlier versions.</param>
/// <param name="Personal">As <paramref name="Local"/>, of the clients' personal models; null if the algorithm has none.</param>
/// <param name="RecentOnClients">As <paramref name="Recent"/>, on clients: of their personal models where the algorithm has some, else of
/// the global model. Null in summaries of earlier versions.</param>
public sealed record SummaryMain(
    string Name, bool LowerIsBetter, double? Global, double? Best, int? BestRound, double? Recent, double? Local, int? RecentCount = null,
    double? Personal = null, double? RecentOnClients = null)
{
    /// <summary>The last evaluation: on the server's test set, or else on clients.</summary>
    [JsonIgnore]
    public double? Last => Global ?? Local;

    /// <summary>Quality by which runs are compared: the mean of the last evaluations, at most five, on the server's test set, because a
    /// single one varies by many points on non-IID data; without a test set, the last evaluation on clients.</summary>
    [JsonIgnore]
    public double? Compared => Recent ?? Local;

    /// <summary>Quality by which runs with personal models are compared, and others with them: on held-out samples of clients, of their
    /// personal models where the algorithm has some.</summary>
    [JsonIgnore]
    public double? OnClients => RecentOnClients ?? Personal ?? Local;
}

/// <summary>The global model on the server's test set: the last evaluation, and the best accuracy of all.</summary>
/// <param name="Acc1">Accuracy.</param>
/// <param name="Loss">Mean loss.</param>
/// <param name="BestAcc1">The best accuracy of any evaluation.</param>
/// <param name="BestRound">Its round.</param>
/// <param name="RecentAcc1">Mean accuracy of the last five evaluations, or of all if there are fewer: on non-IID data one evaluation
/// alone swings by many points.</param>
public sealed record SummaryGlobal(double? Acc1, double? Loss, double? BestAcc1, int? BestRound, double? RecentAcc1 = null);

/// <summary>The global model on held-out samples of clients that did not take part: the last evaluation, equal mean.</summary>
public sealed record SummaryLocal(double? Acc1);

/// <summary>An evaluation on the server's test set.</summary>
/// <param name="Round">After this round.</param>
/// <param name="Value">The main metric; null where it is undefined.</param>
/// <param name="Bytes">Sent so far, both ways, exploration included.</param>
/// <param name="Macs">Multiply-accumulates of forward passes of training so far, exploration included.</param>
/// <param name="Seconds">Wall-clock of exploration and rounds so far.</param>
/// <param name="OnClients">The main metric on clients: of their personal models where the algorithm has some. Null if it was not measured,
/// and in summaries of earlier versions.</param>
public sealed record SummaryEvaluation(
    int Round, double? Value, long Bytes, double Macs, double Seconds, double? OnClients = null);

/// <summary>Size of the model.</summary>
/// <param name="Parameters">Trainable parameters of the full network.</param>
/// <param name="ActiveParameters">Of these, kept by the last mask.</param>
/// <param name="Density">ActiveParameters / Parameters.</param>
/// <param name="TrainedParameters">Size of the tensors that clients really trained in the last round.</param>
/// <param name="Bytes">Size of the last model message to a client.</param>
public sealed record SummaryModelSize(int Parameters, int ActiveParameters, double Density, int TrainedParameters, long Bytes);

/// <summary>Amount of computation.</summary>
/// <param name="MacsPerSample">Multiply-accumulates of a forward pass of the full network.</param>
/// <param name="ActiveMacsPerSample">Of these, those that clients really carried out in the last round.</param>
/// <param name="TrainSamples">Samples that went through forward and backward passes, exploration included.</param>
/// <param name="DenseMacs">Forward multiply-accumulates that plain FedAvg would have carried out in the rounds, in its clients' local
/// epochs; backward passes take about twice as many again.</param>
/// <param name="ActiveMacs">Those that were carried out in the rounds, in further passes of the algorithm too: masks of rounds may
/// differ.</param>
/// <param name="ExploreMacs">Those of the exploration, on the full network, on top.</param>
/// <remarks>Sums of multiply-accumulates are whole and exact up to 2^53; those of long runs go beyond 2^63.</remarks>
public sealed record SummaryCompute(
    long MacsPerSample, long ActiveMacsPerSample, long TrainSamples, double DenseMacs = 0, double ActiveMacs = 0, double ExploreMacs = 0);

/// <summary>Amount of traffic.</summary>
/// <param name="DownBytes">To clients, measured.</param>
/// <param name="UpBytes">By clients, measured.</param>
/// <param name="DenseFp32Bytes">What plain FedAvg would have sent in the same rounds.</param>
/// <param name="Ratio">(DownBytes + UpBytes) / DenseFp32Bytes, exploration included.</param>
/// <param name="ExploreBytes">Of the bytes above, those of the exploration.</param>
public sealed record SummaryTraffic(long DownBytes, long UpBytes, long DenseFp32Bytes, double Ratio, long ExploreBytes);

/// <summary>Duration in seconds, summed over resumptions.</summary>
/// <param name="Total">Wall-clock of everything, loading included.</param>
/// <param name="Explore">Wall-clock of the exploration.</param>
/// <param name="Rounds">Wall-clock of the rounds.</param>
/// <param name="MedianRound">Wall-clock of a round.</param>
/// <param name="Evaluate">Of the rounds, evaluation after the update.</param>
/// <param name="Mask">Of the rounds, computing masks.</param>
/// <param name="Fold">Of the rounds, folding replies and updating the model.</param>
/// <param name="ClientTrain">Training in the rounds, over all clients, by their own clocks.</param>
/// <param name="ClientEncode">Encoding replies, over all clients.</param>
/// <param name="ClientDecode">Decoding tasks, over all clients.</param>
/// <param name="ExploreTrain">Training of explorers, over all of them.</param>
public sealed record SummaryTime(
    [property: JsonPropertyName("total_s")] double Total,
    [property: JsonPropertyName("explore_s")] double Explore,
    [property: JsonPropertyName("rounds_s")] double Rounds,
    [property: JsonPropertyName("median_round_s")] double MedianRound,
    [property: JsonPropertyName("evaluate_s")] double Evaluate,
    [property: JsonPropertyName("mask_s")] double Mask = 0,
    [property: JsonPropertyName("fold_s")] double Fold = 0,
    [property: JsonPropertyName("client_train_s")] double ClientTrain = 0,
    [property: JsonPropertyName("client_encode_s")] double ClientEncode = 0,
    [property: JsonPropertyName("client_decode_s")] double ClientDecode = 0,
    [property: JsonPropertyName("explore_train_s")] double ExploreTrain = 0);
