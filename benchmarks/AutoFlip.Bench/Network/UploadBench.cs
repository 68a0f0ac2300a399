using System.Globalization;
using AutoFlip.Grpc;
using AutoFlip.Grpc.V1;

namespace AutoFlip.Bench;

/// <summary>Many replies at once, and replies that stall on their way.</summary>
/// <param name="context">The measurement.</param>
/// <param name="start">Starts a peer for a role.</param>
/// <param name="folder">For certificates and the server's files.</param>
sealed class UploadBench(BenchContext context, Func<string, Peer> start, string folder)
{
    const int Million = 1_000_000, Megabytes = 5, ReadAtOnce = 8;
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    readonly CancellationToken _cancel = context.Cancel;

    /// <summary>Measures.</summary>
    public async Task<NetworkPart> MeasureAsync()
    {
        BenchPki.Create(Path.Combine(folder, "pki"), clients: 1, context.Time);
        var all = context.Bench.Active;
        List<string[]> rows = [.. await MeasureAsync(all, ReadAtOnce, stalled: Math.Max(1, all / 2)), .. await MeasureAsync(all, all, 0)];
        return new([new(["replies at once", "written at once", "s", "server's CPU, s", "MB at the server"], [.. rows])], []);
    }

    async Task<List<string[]>> MeasureAsync(int count, int atOnce, int stalled)
    {
        var bytes = Math.Min(context.Bench.Megabytes, Megabytes) * Million;
        var pki = Path.Combine(folder, "pki");
        var files = Directory.CreateDirectory(Path.Combine(folder, $"server-{stalled}")).FullName;
        await using var server = start(NetworkBench.TransferServerRole);
        var ports = await server.AskAsync<TransferPorts>(_cancel, ["start", pki, files, .. Numbers(count, atOnce)]);
        await using var client = await TransferClient.JoinAsync(ports.Grpc, pki, count, _cancel);
        var connections = Enumerable.Range(0, count).Select(_ => client.Connect()).ToList();
        var replies = connections.Select(_ => new byte[bytes]).ToList();
        List<string[]> rows = [];
        try
        {
            await Task.WhenAll(connections.Select(one => client.BeatAsync(one, _cancel)));
            var offers = await OpenAsync(server, client, round: 1, count, bytes);
            for (var i = 0; i < count; i++) TransferClient.Address(replies[i], offers[i]);
            await server.AskAsync(_cancel, "measure");
            var started = context.Time.GetTimestamp();
            await Task.WhenAll(connections.Select(
                (one, i) => client.SubmitAsync(TransferClient.CallsOf(one), offers[i], replies[i], _cancel)));
            var seconds = context.Time.GetElapsedTime(started).TotalSeconds;
            rows.Add(Row($"{count} of {bytes / Million} MB", atOnce, $"{seconds:0.0}", await server.AskAsync<Usage>(_cancel, "end")));
            if (stalled > 0) rows.Add(await StallAsync(server, client, connections, replies, stalled, atOnce));
        }
        finally
        {
            foreach (var one in connections) one.Dispose();
        }
        return rows;
    }

    /// <summary>Replies that lack their last chunk, which does not come.</summary>
    async Task<string[]> StallAsync(
        Peer server, TransferClient client, List<Connection> connections, List<byte[]> replies, int count, int atOnce)
    {
        var offers = await OpenAsync(server, client, round: 2, connections.Count, replies[0].Length);
        await server.AskAsync(_cancel, "measure");
        var calls = await Task.WhenAll(
            Enumerable.Range(0, count).Select(i => client.StallAsync(connections[i], offers[i], replies[i], Patience, _cancel)));
        var usage = await server.AskAsync<Usage>(_cancel, "end");
        foreach (var call in calls) call.Dispose();
        return Row($"{count} that stall", atOnce, "", usage);
    }

    async Task<IReadOnlyList<TaskOffer>> OpenAsync(Peer server, TransferClient client, int round, int count, int bytes)
    {
        await server.AskAsync(_cancel, ["round", .. Numbers(1, count, bytes)]);
        return await client.NextAsync(round, count, _cancel);
    }

    static string[] Row(string what, int atOnce, string seconds, Usage usage) =>
        [what, $"{atOnce}", seconds, $"{usage.CpuSeconds:0.00}", $"{usage.Growth / (double)Million:0}"];

    static IEnumerable<string> Numbers(params int[] numbers) =>
        numbers.Select(number => number.ToString(CultureInfo.InvariantCulture));
}
