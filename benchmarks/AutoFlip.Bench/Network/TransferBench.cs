using System.Globalization;
using System.Runtime.InteropServices;
using AutoFlip.Grpc.V1;

namespace AutoFlip.Bench;

/// <summary>A large reply and a large task over mutual TLS, beside bare connections.</summary>
/// <param name="context">The measurement.</param>
/// <param name="server">Plays <see cref="TransferServer"/>.</param>
/// <param name="folder">For certificates and the server's files.</param>
sealed class TransferBench(BenchContext context, Peer server, string folder)
{
    const int Million = 1_000_000, SmallMegabytes = 100, Repeats = 3, Room = 64 << 20;
    const double LeastShare = 0.4, LeastOfLarge = 0.6;

    readonly CancellationToken _cancel = context.Cancel;

    /// <summary>Something to be measured.</summary>
    /// <param name="Name">The name.</param>
    /// <param name="Bytes">Bytes that are transferred.</param>
    /// <param name="Prepare">What comes before, and is not measured; null: nothing.</param>
    /// <param name="Transfer">The transfer.</param>
    sealed record Contestant(string Name, int Bytes, Func<Task>? Prepare, Func<Task> Transfer)
    {
        /// <summary>True if the server reads the reply afterwards, as it does to fold it.</summary>
        public bool IsReply { get; init; }

        /// <summary>Its turns: use by the client, by the server until the receipt, and by the server until it has read the reply.</summary>
        public List<(Usage Client, Usage Server, Usage Read)> Turns { get; } = [];
    }

    /// <summary>Measures.</summary>
    public async Task<NetworkPart> MeasureAsync()
    {
        var bytes = checked(context.Bench.Megabytes * Million);
        var small = Math.Min(bytes, SmallMegabytes * Million);
        var pki = Path.Combine(folder, "pki");
        BenchPki.Create(pki, clients: 1, context.Time);
        var files = Directory.CreateDirectory(Path.Combine(folder, "server")).FullName;
        var ports = await server.AskAsync<TransferPorts>(_cancel, "start", pki, files, "1", "1");
        await using var client = await TransferClient.JoinAsync(ports.Grpc, pki, seats: 1, _cancel);
        var (message, into) = (new byte[bytes], new byte[bytes]);
        var random = new Seeds(1).For(Purpose.Initialization);
        foreach (ref var eight in MemoryMarshal.Cast<byte, ulong>(message.AsSpan())) eight = random.NextUInt64();
        TaskOffer? offer = null;
        var round = 0;

        Task Submit(int length)
        {
            TransferClient.Address(message, offer!);
            return client.SubmitAsync(client.Calls, offer!, message.AsMemory(0, length), _cancel);
        }

        async Task Open(int requestBytes)
        {
            var order = new[] { requestBytes, 1, bytes }.Select(number => number.ToString(CultureInfo.InvariantCulture));
            await server.AskAsync(_cancel, ["round", .. order]);
            offer = (await client.NextAsync(++round, 1, _cancel))[0];
        }

        Task Send(int port, bool tls) => BareSender.SendAsync(port, tls ? client.Bare() : null, message, _cancel);

        Contestant[] all =
        [
            new($"reply, {Megabytes(bytes)} MB (Submit)", bytes, () => Open(1), () => Submit(bytes)) { IsReply = true },
            new($"reply, {Megabytes(small)} MB (Submit)", small, () => Open(1), () => Submit(small)) { IsReply = true },
            new($"task, {Megabytes(bytes)} MB (Fetch)", bytes, () => Open(bytes), () => client.FetchAsync(offer!, into, _cancel)),
            new("SslStream, hashed and written", bytes, null, () => Send(ports.TlsToDisk, tls: true)),
            new("SslStream, read", bytes, null, () => Send(ports.Tls, tls: true)),
            new("TCP, read", bytes, null, () => Send(ports.Tcp, tls: false)),
        ];
        var rates = Series.Interleave(
            context, context.RepeatsOr(Repeats),
            [.. all.Select(one => (one.Name, (Func<double>)(() => TakeAsync(one).GetAwaiter().GetResult())))]);
        return new(
            [new(
                [
                    "transfer", "MB/s", "min", "max", "CPU s, client", "CPU s, server", "MB at the client", "MB at the server",
                    "MB, reply read",
                ],
                [.. all.Zip(rates, Row)])],
            [.. Targets(all, rates)]);
    }

    /// <summary>One transfer, in MB a second.</summary>
    async Task<double> TakeAsync(Contestant one)
    {
        if (one.Prepare is { } prepare) await prepare();
        await server.AskAsync(_cancel, "measure");
        var meter = new UsageMeter();
        var started = context.Time.GetTimestamp();
        await one.Transfer();
        var seconds = context.Time.GetElapsedTime(started).TotalSeconds;
        var mine = meter.Stop();
        var theirs = await server.AskAsync<Usage>(_cancel, "usage");
        if (one.IsReply) await server.AskAsync<long>(_cancel, "read");
        one.Turns.Add((mine, theirs, await server.AskAsync<Usage>(_cancel, "end")));
        return one.Bytes / seconds / Million;
    }

    static string[] Row(Contestant one, Series rate)
    {
        var turns = one.Turns.TakeLast(rate.Values.Count).ToList(); // without the warm-up
        string Cpu(Func<(Usage Client, Usage Server, Usage Read), Usage> of) =>
            $"{new Series("", [.. turns.Select(turn => of(turn).CpuSeconds)]).Median:0.00}";
        string Growth(Func<(Usage Client, Usage Server, Usage Read), Usage> of) => $"{Megabytes(turns.Max(turn => of(turn).Growth))}";
        return
        [
            one.Name, .. rate.Cells("0"), Cpu(turn => turn.Client), Cpu(turn => turn.Server), Growth(turn => turn.Client),
            Growth(turn => turn.Server), one.IsReply ? Growth(turn => turn.Read) : "",
        ];
    }

    static IEnumerable<BenchTarget> Targets(Contestant[] all, Series[] rates)
    {
        var (reply, small, task, written, read) = (rates[0], rates[1], rates[2], rates[3], rates[4]);
        yield return Share("rate of the reply against SslStream, hashed and written", reply.Over(written), LeastShare);
        yield return Share("rate of the reply against SslStream, read", reply.Over(read), LeastShare);
        yield return Share("rate of the task against SslStream, read", task.Over(read), LeastShare);
        yield return Share($"rate of the reply of {Megabytes(all[1].Bytes)} MB against the large one", small.Over(reply), LeastOfLarge);
        var most = all[0].Turns.Max(turn => turn.Read.Growth);
        yield return new(
            "growth of the server, reply read", $"message + {Megabytes(Room)} MB", $"{Megabytes(most)} MB", most <= all[0].Bytes + Room);
    }

    static BenchTarget Share(string what, Series share, double least) =>
        new(what, $"at least {least:0.0}", $"{share.Median:0.00} ({share.Min:0.00} to {share.Max:0.00})", share.Median >= least);

    static string Megabytes(long bytes) => (bytes / (double)Million).ToString(bytes < Million ? "0.0" : "0", CultureInfo.InvariantCulture);
}

/// <summary>Part of a report.</summary>
/// <param name="Tables">The figures.</param>
/// <param name="Targets">What is demanded of them.</param>
sealed record NetworkPart(IReadOnlyList<BenchTable> Tables, IReadOnlyList<BenchTarget> Targets);
