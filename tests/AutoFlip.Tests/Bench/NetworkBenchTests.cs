using AutoFlip.Bench;
using static AutoFlip.Tests.TinyBench;

namespace AutoFlip.Tests;

/// <summary>The measurement of a federation over a network, with all of its processes in this one.</summary>
[Trait("speed", "slow")]
public sealed class NetworkBenchTests
{
    [Fact]
    public void Network_reports_every_transfer_and_both_forms_of_clients()
    {
        var options = new BenchOptions { Repeats = 1, Megabytes = 1, Idle = 3, Active = 2 };

        var lines = Report(new Experiment(), context => NetworkBench.MeasureAsync(
            context, role => new LocalPeer(NetworkBench.RoleOf(role)), TimeSpan.Zero).GetAwaiter().GetResult(), options);

        foreach (var row in (string[])[
            "reply, 1 MB (Submit)", "task, 1 MB (Fetch)", "SslStream, hashed and written", "SslStream, read", "TCP, read",
            "a connection for each seat", "a connection for many seats", "2 of 1 MB", "1 that stall"])
            Assert.Contains(lines, line => line.StartsWith($"| {row} |", StringComparison.Ordinal));
        Assert.Equal(2, lines.Count(line => line.StartsWith("| sockets that are left, ", StringComparison.Ordinal)
            && Cells(line)[^1] == "met"));
    }

    [Fact]
    public void Network_refuses_a_role_that_it_does_not_have() => Assert.Contains(
        "seat-clients",
        Assert.Throws<AutoFlipException>(() => NetworkBench.RoleOf("?")).Message,
        StringComparison.Ordinal);
}
