using System.Globalization;
using System.Net.NetworkInformation;

namespace AutoFlip.Bench;

/// <summary>Many clients of one server, most of which wait.</summary>
/// <param name="context">The measurement.</param>
/// <param name="start">Starts a peer for a role.</param>
/// <param name="folder">For certificates and files.</param>
/// <param name="idle">Time for which nothing happens.</param>
sealed class SeatBench(BenchContext context, Func<string, Peer> start, string folder, TimeSpan idle)
{
    const int Processes = 4, Rounds = 6, SeatsOfOne = 1000;
    const double Megabyte = 1e6, Kilobyte = 1e3, MostMegabytes = 400;
    static readonly TimeSpan Limit = TimeSpan.FromSeconds(120);

    readonly int _seats = context.Bench.Idle + context.Bench.Active;

    /// <summary>What was measured of a form of clients.</summary>
    sealed record Outcome(
        string Form, double ConnectSeconds, ProcessUsage Alone, ProcessUsage Connected, ProcessUsage Settled, ProcessUsage Idle,
        ProcessUsage Last, List<double> Rounds, ProcessUsage[] Clients, int Left);

    /// <summary>Measures.</summary>
    public async Task<NetworkPart> MeasureAsync()
    {
        BenchPki.Create(Pki, _seats, context.Time);
        List<Outcome> all = [
            await MeasureAsync("a connection for each seat", Processes, together: false),
            await MeasureAsync("a connection for many seats", (_seats - 2) / SeatsOfOne + 1, together: true)];
        return new(
            [
                new(
                    [
                        $"{_seats} clients", "client processes", "s to connect", "server's CPU, ms a client",
                        "server's CPU when idle, us a client and second", "rounds, s", "min", "max", "clients' MB",
                    ],
                    [.. all.Select(Times)]),
                new(
                    ["server's memory", "MB alone", "MB idle", "KB a client", "of these managed", "MB at the peak"],
                    [.. all.Select(Memory)]),
            ],
            [.. all.SelectMany(Targets)]);
    }

    string Pki => Path.Combine(folder, "pki");

    async Task<Outcome> MeasureAsync(string form, int processes, bool together)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(context.Cancel);
        limit.CancelAfter(Limit);
        var ct = limit.Token;
        var files = Directory.CreateDirectory(Path.Combine(folder, together ? "together" : "apart")).FullName;
        List<Peer> peers = [];
        Outcome outcome;
        string address;
        try
        {
            var server = Add(NetworkBench.SeatServerRole);
            address = await server.AskAsync<string>(
                ct, ["start", Pki, files, .. Numbers(_seats, context.Bench.Active, Rounds)]);
            var alone = await UsageOf(server);
            var others = _seats - 1; // the run begins with the last one
            var started = context.Time.GetTimestamp();
            Peer[] clients = [.. Enumerable.Range(0, processes).Select(_ => Add(NetworkBench.SeatClientsRole))];
            await Task.WhenAll(clients.Select((client, i) => Start(client, others * i / processes, others * (i + 1) / processes)));
            var seconds = context.Time.GetElapsedTime(started).TotalSeconds;
            var connected = await UsageOf(server);
            await Task.Delay(idle / 4, context.Time, ct); // code is still being compiled
            var settled = await UsageOf(server);
            await Task.Delay(idle, context.Time, ct);
            var waited = await UsageOf(server);
            var last = Add(NetworkBench.SeatClientsRole);
            await Start(last, others, _seats);
            var rounds = await server.AskAsync<List<double>>(ct, "finish");
            ProcessUsage[] usages = await Task.WhenAll(clients.Select(UsageOf));
            await Task.WhenAll(peers.Skip(1).Select(client => client.AskAsync(ct, "finish")));
            outcome = new(form, seconds, alone, connected, settled, waited, await UsageOf(server), rounds, usages, 0);
        }
        catch (OperationCanceledException) when (!context.Cancel.IsCancellationRequested)
        {
            throw AutoFlipException.RunFailed($"bench network: {form}: not done within {Limit.TotalSeconds:0} s. Ask for fewer clients.");
        }
        finally
        {
            foreach (var peer in peers.AsEnumerable().Reverse()) await peer.DisposeAsync();
        }
        return outcome with { Left = ConnectionsOf(new Uri(address).Port) };

        Peer Add(string role)
        {
            var peer = start(role);
            peers.Add(peer);
            return peer;
        }

        Task<ProcessUsage> UsageOf(Peer peer) => peer.AskAsync<ProcessUsage>(ct, "usage");

        Task Start(Peer client, int first, int end) => client.AskAsync(
            ct, ["start", address, Pki, files, .. Numbers(first, end - first), together.ToString()]);
    }

    /// <summary>Sockets of a port of this machine that are in use. A closed connection is remembered for a minute by its port's number
    /// (TIME_WAIT) and is none.</summary>
    static int ConnectionsOf(int port)
    {
        var network = IPGlobalProperties.GetIPGlobalProperties();
        return network.GetActiveTcpListeners().Count(listener => listener.Port == port)
            + network.GetActiveTcpConnections().Count(one => one.State != TcpState.TimeWait
                && (one.LocalEndPoint.Port == port || one.RemoteEndPoint.Port == port));
    }

    string[] Times(Outcome one)
    {
        var others = _seats - 1;
        var rounds = new Series("", [.. one.Rounds.Skip(1).DefaultIfEmpty(one.Rounds[0])]); // the first one compiles code
        var cpu = one.Idle.CpuSeconds - one.Settled.CpuSeconds;
        return
        [
            one.Form, $"{one.Clients.Length} + 1", $"{one.ConnectSeconds:0.0}",
            $"{1000 * (one.Connected.CpuSeconds - one.Alone.CpuSeconds) / others:0.0}",
            $"{1e6 * cpu / Math.Max(idle.TotalSeconds, 1) / others:0}", .. rounds.Cells("0.00"),
            $"{one.Clients.Sum(client => client.Peak) / Megabyte:0}",
        ];
    }

    string[] Memory(Outcome one) =>
    [
        one.Form, $"{one.Alone.Resident / Megabyte:0}", $"{one.Idle.Resident / Megabyte:0}",
        $"{(one.Idle.Resident - one.Alone.Resident) / Kilobyte / (_seats - 1):0}",
        $"{(one.Idle.Managed - one.Alone.Managed) / Kilobyte / (_seats - 1):0}", $"{one.Last.Peak / Megabyte:0}",
    ];

    static IEnumerable<BenchTarget> Targets(Outcome one)
    {
        var peak = one.Last.Peak / Megabyte;
        yield return new($"server's memory, {one.Form}", $"below {MostMegabytes:0} MB", $"{peak:0} MB", peak < MostMegabytes);
        yield return new($"sockets that are left, {one.Form}", "0", $"{one.Left}", one.Left == 0);
    }

    static IEnumerable<string> Numbers(params int[] numbers) =>
        numbers.Select(number => number.ToString(CultureInfo.InvariantCulture));
}
