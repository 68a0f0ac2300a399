namespace AutoFlip.Bench;

/// <summary>A federation's server over a network, on this machine alone: large messages, and many clients.</summary>
static class NetworkBench
{
    /// <summary>Names of roles, each of which is played in a process of its own.</summary>
    public const string TransferServerRole = "transfer-server", SeatServerRole = "seat-server", SeatClientsRole = "seat-clients";

    static readonly TimeSpan Idle = TimeSpan.FromSeconds(20);

    /// <summary>Measures.</summary>
    public static BenchReport Measure(BenchContext context)
    {
        if (context.Bench.Case is not { } role) return MeasureAsync(context, ProcessPeer.Start, Idle).GetAwaiter().GetResult();
        Peer.PlayAsync(context, RoleOf(role)).GetAwaiter().GetResult();
        return BenchReport.Nothing;
    }

    /// <summary>Measures with peers of a kind.</summary>
    /// <param name="context">The measurement.</param>
    /// <param name="start">Starts a peer for a role.</param>
    /// <param name="idle">Time for which clients do nothing.</param>
    internal static async Task<BenchReport> MeasureAsync(BenchContext context, Func<string, Peer> start, TimeSpan idle)
    {
        var folder = Directory.CreateTempSubdirectory("autoflip-bench-");
        try
        {
            string Part(string name) => folder.CreateSubdirectory(name).FullName;
            NetworkPart transfers;
            await using (var server = start(TransferServerRole))
                transfers = await new TransferBench(context, server, Part("transfers")).MeasureAsync();
            var seats = await new SeatBench(context, start, Part("seats"), idle).MeasureAsync();
            var uploads = await new UploadBench(context, start, Part("uploads")).MeasureAsync();
            NetworkPart[] parts = [transfers, seats, uploads];
            return new BenchReport(
                "A federation over a network",
                $"""
                A server and its clients on this machine, over mutual TLS 1.3, each in processes of their own.

                **Large messages.** A reply goes from a client to the server as in a run: hashed (SHA-256), sent in chunks of 64 KiB with a
                checksum each (XXH3), hashed again, written into the inbox, flushed to the disk, acknowledged; all of that is in the time.
                A task goes the other way and is hashed, too. Beside them, in turns, the same bytes over a bare `SslStream` with the same
                certificates, once hashed, written and flushed to the same disk and once read only, and over bare TCP. Memory is the growth
                of resident memory at its peak; the message itself is there before, but for the server's last column, where it reads the
                stored reply, as it does for folding.

                **Many clients.** {context.Bench.Idle:N0} clients wait and {context.Bench.Active:N0} train in each round (Digits, LogReg).
                The server waits for the last of them; `idle` are {idle.TotalSeconds:0} s in which all others are connected and nothing
                happens but heartbeats.

                **Replies at once.** As many clients as work in a round send a reply at the same time, each over a connection of its
                own, to a server that writes some of them at once (`--max-uploads`) and lets the others wait. Then some stall before
                their last byte.
                """,
                [.. parts.SelectMany(part => part.Tables)], [.. parts.SelectMany(part => part.Targets)]);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>A role by its name.</summary>
    internal static IRole RoleOf(string name) => name switch
    {
        TransferServerRole => new TransferServer(),
        SeatServerRole => new SeatServer(),
        SeatClientsRole => new SeatClients(),
        _ => throw AutoFlipException.BadRequest(
            $"bench network: there is no case '{name}'. Accepted: {TransferServerRole}, {SeatServerRole}, {SeatClientsRole}."),
    };
}
