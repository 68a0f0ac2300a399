namespace AutoFlip;

/// <summary>Training data of clients: in a simulation a view of all data, over a network one client's own.</summary>
interface IClientData
{
    /// <summary>The learning task.</summary>
    LearningTask Task { get; }

    /// <summary>A client's samples.</summary>
    ClientShare ShareOf(int client);
}

/// <summary>A client's samples.</summary>
/// <param name="Train">The set that it trains on; reading with a generator augments.</param>
/// <param name="TrainRows">Its rows of that set.</param>
/// <param name="HeldOut">The set that it evaluates on; reading never augments.</param>
/// <param name="HeldOutRows">Its rows of that set.</param>
readonly record struct ClientShare(SampleSet Train, ReadOnlyMemory<int> TrainRows, SampleSet HeldOut, ReadOnlyMemory<int> HeldOutRows);

/// <summary>The clients of a simulation: rows of one shared store.</summary>
/// <param name="data">All data.</param>
sealed class SimulatedData(FederatedData data) : IClientData
{
    /// <inheritdoc/>
    public LearningTask Task => data.Task;

    /// <inheritdoc/>
    public ClientShare ShareOf(int client) => new(data.Train, data.Clients[client].Train, data.HeldOut, data.Clients[client].HeldOut);
}

/// <summary>The samples of a single client.</summary>
/// <param name="task">The learning task.</param>
/// <param name="client">The client.</param>
/// <param name="share">Its samples.</param>
sealed class OneClient(LearningTask task, int client, ClientShare share) : IClientData
{
    /// <inheritdoc/>
    public LearningTask Task => task;

    /// <inheritdoc/>
    public ClientShare ShareOf(int of) => of == client
        ? share
        : throw new ArgumentOutOfRangeException(nameof(of), of, $"The samples here are those of client {client}.");
}
