using System.Collections.Immutable;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;

namespace AutoFlip;

/// <summary>Work of a client.</summary>
public enum ClientWork : byte
{
    /// <summary>Explore from the received model and return scores.</summary>
    Explore = 1,

    /// <summary>Train the received model and return it.</summary>
    Train = 2,

    /// <summary>Evaluate the received model on the client's held-out samples.</summary>
    Evaluate = 3,

    /// <summary>Compute the statistics of batch normalisation of the received model on the client's training samples, and return
    /// them.</summary>
    Measure = 4,
}

/// <summary>A request from the server to a cohort.</summary>
/// <param name="Work">What to do.</param>
/// <param name="Round">The round, from 1; 0 for exploration.</param>
/// <param name="LearningRate">The round's local learning rate; of no meaning where nothing is trained.</param>
/// <param name="Weights">The model. What the mask removes is not sent.</param>
/// <param name="Mask">What is kept.</param>
public sealed record ClientTask(ClientWork Work, int Round, double LearningRate, Weights Weights, Mask Mask)
{
    /// <summary>Mask of a client of the cohort, where each trains a sub-model of its own; null: all train under <see cref="Mask"/>. The
    /// same mask is the same object. Safe for several threads.</summary>
    public Func<int, Mask>? SubModels { get; init; }

    /// <summary>The mask under which a client works.</summary>
    public Mask MaskOf(int client) => SubModels is { } masks ? masks(client) : Mask;

    /// <summary>Values of the full model that cross the wire; null: all.</summary>
    public Selection? Travels { get; init; }

    /// <summary>The part of a client's mask that crosses the wire.</summary>
    public Mask SentOf(int client) => Part(MaskOf(client));

    /// <summary>The part of <see cref="Mask"/> that crosses the wire.</summary>
    public Mask Sent => Part(Mask);

    Mask Part(Mask mask) => Travels is { } travels ? mask.Intersect(travels) : mask;

    /// <summary>For evaluation: the logit from which on a single output means class 1.</summary>
    public float CutOff { get; init; }

    /// <summary>Vectors that travel with the model, by name: shaped as it is, statistics are of no meaning. What the
    /// mask removes is not sent.</summary>
    public ImmutableSortedDictionary<string, Weights> Vectors { get; init; } =
        ImmutableSortedDictionary.Create<string, Weights>(StringComparer.Ordinal);

    /// <summary>Numbers that travel with it, by name; finite.</summary>
    public ImmutableSortedDictionary<string, double> Numbers { get; init; } = ClientOutcome.None.Numbers;

    /// <summary>Names of the vectors that clients return beside the model, in ordinal order.</summary>
    public ImmutableArray<string> Returns { get; init; } = [];

    /// <summary>Usable replies without which the server cannot go on, at least 1 (<see cref="FederatedAlgorithm.FewestReplies"/>). Does not
    /// travel.</summary>
    public int Fewest { get; init; } = 1;

    /// <summary>True if a training waits for all clients that are asked, whatever the size of a cohort: explorers are among them, and the
    /// mask depends on who counts. Does not travel.</summary>
    public bool AwaitsAll { get; init; }

    /// <summary>For exploration: lengths of the parts of the scores that explorers return.</summary>
    public ImmutableArray<int> Scores { get; init; } = [];

    /// <summary>Parts of the report that clients of a training return beside the model; empty: there is none.</summary>
    public ImmutableArray<ReportPart> Report { get; init; } = [];
}

/// <summary>Loss and metrics over a number of samples.</summary>
/// <param name="Samples">How many samples, or steps of sequences, the values are over.</param>
/// <param name="Values">By name: <c>loss</c> and each metric; null where undefined.</param>
public sealed record ClientFigures(int Samples, ImmutableSortedDictionary<string, double?> Values);

/// <summary>A client's answer: exactly one per cohort member, a lost or late client's included.</summary>
public sealed record ClientReply
{
    /// <summary>The client.</summary>
    public required int Client { get; init; }

    /// <summary>Reason of a failure, in one sentence; null if the task succeeded.</summary>
    public string? Failure { get; init; }

    /// <summary>The client's training samples n_k: its weight in the mean.</summary>
    public int Examples { get; init; }

    /// <summary>Samples that went through forward and backward passes.</summary>
    public long TrainSamples { get; init; }

    /// <summary>Figures of the last local epoch; null if the client did not train.</summary>
    public ClientFigures? Trained { get; init; }

    /// <summary>Figures on held-out samples; null if none were asked for or there are none.</summary>
    public ClientFigures? HeldOut { get; init; }

    /// <summary>Figures of the client's personal model on held-out samples; null if the algorithm has none.</summary>
    public ClientFigures? Personal { get; init; }

    /// <summary>Histogram of the last local epoch's scores; null unless a cut-off is fitted on them.</summary>
    public ScoreCounts? ScoreCounts { get; init; }

    /// <summary>Duration of the task's parts; null if it failed.</summary>
    public ClientSeconds? Seconds { get; init; }

    /// <summary>The values, float32 little-endian, for every format on the wire: kept parameters and statistics, or scores. Empty if
    /// there are none.</summary>
    public ReadOnlyMemory<byte> ValueBytes { get; init; }

    /// <summary>Vectors beside the values, by name: one value per kept parameter.</summary>
    public ImmutableSortedDictionary<string, ReadOnlyMemory<float>> Vectors { get; init; } = ClientOutcome.None.Vectors;

    /// <summary>Numbers beside the values, by name; finite.</summary>
    public ImmutableSortedDictionary<string, double> Numbers { get; init; } = ClientOutcome.None.Numbers;

    /// <summary>Measurements of the training by the pruner's probe; empty if the task requests no report.</summary>
    public ReadOnlyMemory<float> Report { get; init; }

    /// <summary>Size of the request that the client received.</summary>
    public long DownBytes { get; init; }

    /// <summary>Size of the answer that it sent.</summary>
    public long UpBytes { get; init; }

    /// <summary>By the server's clock, since the task went out: of an explorer's reply only.</summary>
    public TimeSpan Elapsed { get; init; }

    /// <summary>The values, read in place.</summary>
    public ReadOnlySpan<float> Values => MemoryMarshal.Cast<byte, float>(ValueBytes.Span);

    /// <summary>The reply, or a failure in its place where it must not be used: clients are not trusted.</summary>
    /// <param name="work">What the client was asked to do.</param>
    /// <param name="values">How many values it must hold.</param>
    /// <param name="passes">How often it may have gone through its training samples, at most.</param>
    /// <param name="declared">The number of training samples that it has declared; null if it has not.</param>
    public ClientReply Checked(ClientWork work, int values, int passes, int? declared = null) => Failure is not null ? this
        : ValueBytes.Length != 4L * values ? Refused($"it returned {ValueBytes.Length} bytes of values where {4L * values} are due.")
        : work != ClientWork.Evaluate && Examples < 1 ? Refused($"it claims {Examples} training samples.")
        : work != ClientWork.Evaluate && declared is { } samples && Examples != samples
            ? Refused($"it claims {Examples} training samples, and has declared {samples}.")
        : !Values.IsEmpty && !TensorPrimitives.IsFiniteAll(Values) ? Refused("a value it returned is not a finite number.")
        : Vectors.FirstOrDefault(vector => !TensorPrimitives.IsFiniteAll(vector.Value.Span)) is { Key: { } name }
            ? Refused($"a value of '{name}' that it returned is not a finite number.")
        : !Report.IsEmpty && !TensorPrimitives.IsFiniteAll(Report.Span)
            ? Refused("a value of the report that it returned is not a finite number.")
        : work is ClientWork.Evaluate or ClientWork.Measure && TrainSamples != 0
            ? Refused($"it claims to have trained on {TrainSamples} samples, and was not asked to train.")
        : TrainSamples < 0 || TrainSamples > (long)passes * Examples
            ? Refused($"it claims to have trained on {TrainSamples} samples; {passes} passes through its {Examples} are the most.")
        : work != ClientWork.Train && Trained is not null || work == ClientWork.Measure && (HeldOut ?? Personal) is not null
            ? Refused("it returned figures that it was not asked for.")
        : new[] { Trained, HeldOut, Personal }.FirstOrDefault(figures => figures?.Samples < 0) is { } figures
            ? Refused($"it claims figures over {figures.Samples} samples.")
        : Seconds is { } taken && taken.Decode + taken.Train + taken.Encode > MostSeconds
            ? Refused($"it claims that its task took more than {MostSeconds:0} seconds.")
        : this;

    /// <summary>A failure in place of the reply, of which nothing is left but what it cost the server.</summary>
    /// <param name="why">A sentence.</param>
    internal ClientReply Refused(string why) =>
        new() { Client = Client, Failure = why, DownBytes = DownBytes, UpBytes = UpBytes, Elapsed = Elapsed };

    const double MostSeconds = 1e9; // 32 years: sums of them stay finite
}
