using System.Collections.Concurrent;
using AutoFlip.Grpc;

namespace AutoFlip.Tests;

/// <summary>A server and its clients in this process, over a Unix socket.</summary>
static class NetworkFederation
{
    /// <summary>Runs an experiment whose data set every client has.</summary>
    public static Task<RunSummary> RunAsync(Experiment experiment, string folder, CancellationToken ct)
    {
        var socket = $"unix:{Path.Combine(folder, "s")}";
        return WithClientsAsync(experiment, socket, folder, stop => ServerAsync(experiment, socket, folder, stop), ct);
    }

    /// <summary>Runs an experiment whose clients are all in one process.</summary>
    public static async Task<RunSummary> OfOneProcessAsync(Experiment experiment, string folder, CancellationToken ct)
    {
        var socket = $"unix:{Path.Combine(folder, "s")}";
        var server = ServerAsync(experiment, socket, folder, ct);
        await ClientAsync(socket, seat: 0, folder, ct, count: experiment.Clients);
        return await server;
    }

    /// <summary>Runs an experiment, drains the server after a round, and resumes the run with the clients started again.</summary>
    public static async Task<RunSummary> DrainAndResumeAsync(Experiment experiment, int round, string folder, CancellationToken ct)
    {
        var socket = $"unix:{Path.Combine(folder, "s")}";
        var operation = new DrainsAfter(round);
        await Assert.ThrowsAsync<ServerDrained>(
            () => WithClientsAsync(experiment, socket, folder, stop => ServerAsync(experiment, socket, folder, stop, operation), ct));
        Assert.Equal(round, File.ReadLines(Path.Combine(operation.Directory!, "rounds.jsonl")).Count());
        return await WithClientsAsync(
            experiment, socket, folder, stop => ServerAsync(experiment, socket, folder, stop, resumed: operation.Directory), ct);
    }

    /// <summary>Runs an experiment on a server that is stopped once a client has the receipt of its reply in a round, and whose disk loses
    /// the replies of that round; resumes the run, and the clients are the same processes.</summary>
    public static async Task<RunSummary> LoseRepliesAndResumeAsync(Experiment experiment, int round, string folder, CancellationToken ct)
    {
        var socket = $"unix:{Path.Combine(folder, "s")}";
        var log = new Receipts(round);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var stops = new StopsAtReply(round, log, stop);
        var clients = Enumerable.Range(0, experiment.Clients).Select(seat => ClientAsync(socket, seat, folder, ct, log)).ToArray();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => ServerAsync(experiment, socket, folder, stop.Token, stops));
        var lost = Directory.GetFiles(Path.Combine(stops.Directory!, NetworkFolder.Name), "*.reply", SearchOption.AllDirectories);
        Assert.NotEmpty(lost);
        foreach (var reply in lost) File.Delete(reply);
        var summary = await ServerAsync(experiment, socket, folder, ct, resumed: stops.Directory);
        await Task.WhenAll(clients);
        return summary;
    }

    /// <summary>Runs an experiment on a server that is drained and started again after each round but the last; the clients are the same
    /// processes all the time.</summary>
    /// <returns>The summary, and the lines of the clients.</returns>
    public static async Task<(RunSummary Summary, IReadOnlyCollection<string> Lines)> RestartAfterEachRoundAsync(
        Experiment experiment, string folder, CancellationToken ct)
    {
        var socket = $"unix:{Path.Combine(folder, "s")}";
        var log = new Lines(_ => { });
        var clients = Enumerable.Range(0, experiment.Clients).Select(seat => ClientAsync(socket, seat, folder, ct, log)).ToArray();
        string? directory = null;
        for (var round = 1; round < experiment.Rounds; round++)
        {
            var drains = new DrainsAfter(round);
            await Assert.ThrowsAsync<ServerDrained>(() => ServerAsync(experiment, socket, folder, ct, drains, directory));
            directory = drains.Directory;
        }
        var summary = await ServerAsync(experiment, socket, folder, ct, resumed: directory);
        await Task.WhenAll(clients);
        return (summary, log.All);
    }

    /// <summary>Runs an experiment over TCP; each task of each client loses all its connections when it begins.</summary>
    public static async Task<RunSummary> ResetAtWorkAsync(Experiment experiment, string folder, CancellationToken ct)
    {
        var address = new ServerAddress();
        var server = ServerAsync(experiment, "127.0.0.1:0", folder, ct, address: address);
        await using var proxy = new FaultProxy(await address.EndPointOfAsync(server), TimeProvider.System);
        var log = new Lines(line =>
        {
            if (line.Contains(" begins to ", StringComparison.Ordinal)) proxy.Reset();
        });
        await Task.WhenAll(Enumerable.Range(0, experiment.Clients).Select(
            seat => ClientAsync($"http://{proxy.Address}", seat, folder, ct, log)));
        return await server;
    }

    static async Task<RunSummary> WithClientsAsync(
        Experiment experiment, string socket, string folder, Func<CancellationToken, Task<RunSummary>> server, CancellationToken ct)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var clients = Enumerable.Range(0, experiment.Clients).Select(seat => ClientAsync(socket, seat, folder, stop.Token)).ToArray();
        try
        {
            return await server(ct);
        }
        finally
        {
            stop.Cancel();
            await Task.WhenAll(clients).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    static Task<RunSummary> ServerAsync(
        Experiment experiment, string socket, string folder, CancellationToken ct, RunObserver? observer = null, string? resumed = null,
        ServerAddress? address = null)
    {
        ServerData Load(Experiment settled, RunObserver all) => ServerData.Of(
            FederatedData.Load(settled, DataLocations.Of(new()), all, ct));
        var options = new ServerOptions
        {
            Listen = socket,
            MinSamples = 1,
            Listening = at => address?.Set(at),
            Rules = new RoundRules { Timeout = TimeSpan.FromSeconds(60), MinClients = experiment.Clients, Attempts = 1 },
        };
        var run = new RunOptions { ResultPath = Path.Combine(folder, "net"), Workers = 1 };
        return Task.Run(
            () => resumed is null
                ? NetworkServer.Run(experiment, Load, options, run, observer ?? RunObserver.None, TimeProvider.System, ct)
                : NetworkServer.Resume(resumed, Load, options, run, observer ?? RunObserver.None, TimeProvider.System, ct),
            ct);
    }

    static async Task ClientAsync(
        string socket, int seat, string folder, CancellationToken ct, IClientLog? log = null, int count = 1)
    {
        using var client = new NetworkClient(
            new ClientOptions
            {
                Server = socket,
                Name = $"c{seat}",
                Seats = [.. Enumerable.Range(seat, count)],
                State = Path.Combine(folder, $"state-{seat}"),
                Workers = 1,
                Once = true,
            },
            run => ClientData.Dealt(run.Experiment, DataLocations.Of(new()), RunObserver.None, ct), log ?? IClientLog.None,
            TimeProvider.System);
        await client.RunAsync(ct);
    }

    /// <summary>An operator who drains the server once a round is saved.</summary>
    sealed class DrainsAfter(int round) : RunObserver
    {
        public string? Directory { get; private set; }

        public override void Started(RunStart start) => Directory = start.Directory;

        public override void RoundDone(RoundReport report)
        {
            if (report.Round != round) return;
            using var admin = new ServerAdmin(Directory!);
            admin.DrainAsync(CancellationToken.None).GetAwaiter().GetResult();
        }
    }

    /// <summary>Stops the server at the first reply of a round whose client has its receipt.</summary>
    sealed class StopsAtReply(int round, Receipts receipts, CancellationTokenSource stop) : RunObserver
    {
        public string? Directory { get; private set; }

        public override void Started(RunStart start) => Directory = start.Directory;

        public override void ClientAnswered(ClientAnswer answer)
        {
            if (answer.Work != ClientWork.Train || answer.Round != round || stop.IsCancellationRequested) return;
            Assert.True(receipts.First.Wait(TimeSpan.FromSeconds(60)));
            stop.Cancel();
        }
    }

    /// <summary>Notes when a client has its receipt in a round.</summary>
    sealed class Receipts(int round) : IClientLog
    {
        public ManualResetEventSlim First { get; } = new();

        public void Note(string message)
        {
            if (message.StartsWith($"Round {round}: the reply of seat", StringComparison.Ordinal)) First.Set();
        }

        public void Warning(string message) { }
    }

    /// <summary>Keeps the lines of clients.</summary>
    sealed class Lines(Action<string> heard) : IClientLog
    {
        public ConcurrentQueue<string> All { get; } = [];

        public void Note(string message)
        {
            All.Enqueue(message);
            heard(message);
        }

        public void Warning(string message) => All.Enqueue(message);
    }
}
