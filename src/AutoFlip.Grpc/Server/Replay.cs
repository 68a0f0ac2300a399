using System.Collections.Immutable;

namespace AutoFlip.Grpc;

/// <summary>Comparison of a run over a network with a simulation of it.</summary>
/// <param name="Expected">SHA-256 of the run's model, hexadecimal.</param>
/// <param name="Simulated">The simulation.</param>
/// <param name="Missing">Replies that did not count in the run, and were withheld from the simulation.</param>
public sealed record ReplayResult(string Expected, RunSummary Simulated, int Missing)
{
    /// <summary>True if both have the same model, to the bit.</summary>
    public bool IsEqual => Simulated.ModelSha256 == Expected;

    /// <summary>First line of the run's audit log that does not follow from the one before, from 1; null if all do.</summary>
    public int? BrokenAuditLine { get; init; }
}

/// <summary>Simulates a run over a network again: all clients here, without the replies that did not count there.</summary>
/// <remarks>The result of a run is a function of its experiment, its data and the close records (<see cref="CloseRecord"/>); a replay
/// shows that it is.</remarks>
public static class Replay
{
    /// <summary>Replays a run.</summary>
    /// <param name="directory">The run directory of the server. Only read.</param>
    /// <param name="options">How to carry out the simulation, which writes a run directory of its own.</param>
    /// <param name="observer">Receives events of the simulation.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancel">Stops it.</param>
    /// <exception cref="AutoFlipException">It is no finished run of a server (exit 2), its files are damaged, or the clients' data are not
    /// those of the experiment's data set (exit 3).</exception>
    public static ReplayResult Run(
        string directory, RunOptions options, RunObserver observer, TimeProvider time, CancellationToken cancel)
    {
        var record = RunRecord.Load(directory);
        if (!FederationServer.IsRun(directory))
            throw AutoFlipException.BadRequest($"'{directory}' is not the run of a server: its clients were simulated.");
        if (record.Summary is not { } summary)
            throw AutoFlipException.BadRequest($"The run '{directory}' has not ended. Resume it, then replay it.");
        var files = new ServerFiles(Path.Combine(directory, NetworkFolder.Name));
        var closed = Inbox.Records(files);
        var roster = new Roster(files);
        var simulated = Simulation.RunThrough(
            ExperimentFile.Load(directory), session => new ReplayedChannel(session.Clients, closed, record, roster), options, observer,
            time, cancel);
        return new(summary.ModelSha256, simulated, closed.Sum(task => task.Missing.Count))
        {
            BrokenAuditLine = AuditLog.FirstBroken(files.Lines(AuditLog.FileName)),
        };
    }
}

/// <summary>A channel to simulated clients that withholds the replies that did not count in a run.</summary>
sealed class ReplayedChannel : IMessageChannel
{
    readonly IMessageChannel _clients;
    readonly ImmutableArray<CloseRecord> _closed;
    readonly RunRecord _record;
    Dictionary<int, string> _missing = [];

    /// <summary>Checks that the clients have the data that they had in the run.</summary>
    /// <exception cref="AutoFlipException">They have not (exit 3).</exception>
    public ReplayedChannel(IMessageChannel clients, ImmutableArray<CloseRecord> closed, RunRecord record, Roster roster)
    {
        (_clients, _closed, _record) = (clients, closed, record);
        for (var seat = 0; seat < clients.Clients; seat++)
            if (roster[seat] is { } entry && clients.SamplesOf(seat) is { } here && here != entry.TrainSamples)
                throw AutoFlipException.BadData(
                    $"Client {seat} had {entry.TrainSamples} training samples in the run, and the experiment's data set gives it {here}: "
                    + "it had data of its own. Only a run whose clients shared a data set can be replayed.");
    }

    /// <inheritdoc/>
    public int Clients => _clients.Clients;

    /// <inheritdoc/>
    public int AtOnce => _clients.AtOnce;

    /// <inheritdoc/>
    public int? SamplesOf(int client) => _clients.SamplesOf(client);

    /// <inheritdoc/>
    public ValueTask BeginAsync(CohortTask task, CancellationToken ct)
    {
        _missing = [];
        foreach (var (seat, reason) in Failures(task)) _missing[seat] = reason;
        foreach (var record in _closed.Where(record => record.Round == task.Round && record.Work == task.Work))
            foreach (var (seat, reason) in record.Missing) _missing[seat] = reason;
        return _clients.BeginAsync(task, ct);
    }

    /// <summary>Clients that reported a failure in the run: nobody knows the cause any more.</summary>
    IEnumerable<(int Seat, string Reason)> Failures(CohortTask task) => task.Work == ClientWork.Explore
        ? from explorer in _record.Explorers
          where explorer.Failure is not null
          select (explorer.Client, explorer.Failure)
        : from round in _record.Rounds
          where round.Round == task.Round
          from failure in round.Failures
          where failure.Work == task.Work
          select (failure.Client, failure.Reason);

    /// <inheritdoc/>
    public Task<Answer> SendAsync(int client, ReadOnlyMemory<byte> request, CancellationToken ct) =>
        _missing.TryGetValue(client, out var reason)
            ? Task.FromResult(Answer.None(reason))
            : _clients.SendAsync(client, request, ct);
}
