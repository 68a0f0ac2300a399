using System.Runtime.InteropServices;

namespace AutoFlip.Tests;

/// <summary>A federation that can be followed by hand: the model is one bias b (its weight has input 0 and stays 0), and clients compare it
/// with their targets.</summary>
/// <param name="algorithm">The algorithm.</param>
/// <param name="experiment">Its experiment.</param>
/// <param name="criterion">L1Loss: gradients +1 below targets far away and -1 above them. SmoothL1Loss: ½(b - t)² within 1 of the target.
/// MSELoss: (b - t)².</param>
/// <param name="start">b before round 1.</param>
/// <param name="targets">The targets of each client.</param>
sealed class OneBias(FederatedAlgorithm algorithm, Experiment experiment, string criterion, float start, params float[][] targets)
{
    static readonly Network Network = TaskCodecTests.Linear(1);

    readonly RememberedVectors[] _memories = [.. targets.Select(_ => new RememberedVectors())];
    int _round;

    /// <summary>An experiment of full batches and plain SGD.</summary>
    public static Experiment FullBatch { get; } = new() { BatchSize = 0, Optimizer = "SGD", LearningRate = 0.1, LocalEpochs = 1 };

    /// <summary>True for a weight with input 1 that the mask removes.</summary>
    public bool HasRemovedWeight { get; init; }

    /// <summary>What a pruner measures, or adds to the loss.</summary>
    public TrainingProbe? Probe { get; init; }

    /// <summary>State of the server.</summary>
    public ServerState State { get; private set; } = algorithm.Initialize(new Weights(Network.Layout, [0, start]));

    /// <summary>b at the server.</summary>
    public float Bias => State.Weights.Values[1];

    /// <summary>The replies of the last round.</summary>
    public List<ClientReply> Replies { get; private set; } = [];

    /// <summary>b of each client after its training in the last round.</summary>
    public IEnumerable<float> Trained => Replies.Select(reply => reply.Values[^1]);

    /// <summary>A client's memory of its bias.</summary>
    public float Memory(int client, string name) => _memories[client].Read(name)![1];

    /// <summary>A round of all clients, or of some; b afterwards.</summary>
    public float Round(params int[] cohort)
    {
        if (cohort.Length == 0) cohort = [.. Enumerable.Range(0, targets.Length)];
        var all = Selection.FromBits([HasRemovedWeight ? 0b10ul : 0b11ul], 2);
        var (mask, rate) = (Mask.OfWeights(Network.Layout, all), experiment.LearningRateOf(++_round));
        var fold = algorithm.BeginRound(State, new(_round, cohort.Length, targets.Length, rate, mask));
        Replies = [.. cohort.Select(client => Train(client, mask, rate))];
        foreach (var reply in Replies) fold.Add(reply);
        State = fold.End();
        return Bias;
    }

    ClientReply Train(int client, Mask mask, double rate)
    {
        using var workspace = Workspace.Of(experiment);
        var task = new ClientTask(ClientWork.Train, _round, rate, State.Weights, mask)
        {
            Vectors = State.Slots.RemoveRange(State.Slots.Keys.Except(algorithm.Sends)),
            Numbers = algorithm.Numbers(State, _round),
        };
        var own = targets[client];
        var training = new LocalTraining(
            experiment, workspace, Catalog.Criteria[criterion], Network, task, client,
            new VectorSet(1, [.. own.Select(_ => HasRemovedWeight ? 1f : 0)], Targets.Numbers(own)),
            Enumerable.Range(0, own.Length).ToArray(), _memories[client], default)
        { Probe = Probe };
        var outcome = algorithm.ClientUpdate(training, experiment.LocalEpochs);
        return new()
        {
            Client = client,
            Examples = own.Length,
            TrainSamples = training.SamplesSeen,
            ValueBytes = MemoryMarshal.AsBytes<float>(mask.Values.Gather(training.Values)).ToArray(),
            Vectors = NamedValues.Kept(outcome.Vectors, mask),
            Numbers = outcome.Numbers,
        };
    }
}
