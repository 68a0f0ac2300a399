using AutoFlip.Grpc;

namespace AutoFlip.Tests;

public class PrometheusTextTests
{
    [Fact]
    public void Metrics_of_a_server_in_the_text_format_of_prometheus()
    {
        var figures = new ServerFigures(3, 2048, new SortedDictionary<string, int> { ["attached"] = 3, ["away"] = 1 });
        using var metrics = new ServerMetrics(() => figures);
        using var text = new PrometheusText(metrics.Meter);

        metrics.TaskEnded(ClientWork.Train, TimeSpan.FromSeconds(2.5));
        metrics.Answered(TimeSpan.FromSeconds(0.25));
        metrics.Answered(TimeSpan.FromSeconds(5000));
        metrics.Sent(100);
        metrics.Sent(11);
        metrics.Received(7);
        metrics.Replied("TooLate");
        metrics.Refused("PermissionDenied");
        text.Write();
        figures = figures with { Round = 4 }; // a gauge shows the last look only

        // Buckets count values up to their bound: 0.25 from 0.3 on, 2.5 from 3 on, 5000 in +Inf only. Sums: 2.5; 0.25 + 5000.
        Assert.Equal(
            """
            # HELP autoflip_bytes_total Bytes of messages, repeated ones included, by direction.
            # TYPE autoflip_bytes_total counter
            autoflip_bytes_total{direction="down"} 111
            autoflip_bytes_total{direction="up"} 7
            # HELP autoflip_clients Clients by state.
            # TYPE autoflip_clients gauge
            autoflip_clients{state="attached"} 3
            autoflip_clients{state="away"} 1
            # HELP autoflip_inbox_bytes Bytes of stored replies to the open task.
            # TYPE autoflip_inbox_bytes gauge
            autoflip_inbox_bytes 2048
            # HELP autoflip_refused_total Refused calls and connections by reason.
            # TYPE autoflip_refused_total counter
            autoflip_refused_total{reason="permission_denied"} 1
            # HELP autoflip_replies_total Uploads of replies by outcome.
            # TYPE autoflip_replies_total counter
            autoflip_replies_total{outcome="too_late"} 1
            # HELP autoflip_round Round of the open task.
            # TYPE autoflip_round gauge
            autoflip_round 4
            # HELP autoflip_round_seconds Time from a task's first request to its end, by kind of work.
            # TYPE autoflip_round_seconds histogram
            autoflip_round_seconds_bucket{work="train",le="0.1"} 0
            autoflip_round_seconds_bucket{work="train",le="0.3"} 0
            autoflip_round_seconds_bucket{work="train",le="1"} 0
            autoflip_round_seconds_bucket{work="train",le="3"} 1
            autoflip_round_seconds_bucket{work="train",le="10"} 1
            autoflip_round_seconds_bucket{work="train",le="30"} 1
            autoflip_round_seconds_bucket{work="train",le="100"} 1
            autoflip_round_seconds_bucket{work="train",le="300"} 1
            autoflip_round_seconds_bucket{work="train",le="1000"} 1
            autoflip_round_seconds_bucket{work="train",le="3000"} 1
            autoflip_round_seconds_bucket{work="train",le="+Inf"} 1
            autoflip_round_seconds_sum{work="train"} 2.5
            autoflip_round_seconds_count{work="train"} 1
            # HELP autoflip_task_seconds Time from a request to a client until its reply is stored.
            # TYPE autoflip_task_seconds histogram
            autoflip_task_seconds_bucket{le="0.1"} 0
            autoflip_task_seconds_bucket{le="0.3"} 1
            autoflip_task_seconds_bucket{le="1"} 1
            autoflip_task_seconds_bucket{le="3"} 1
            autoflip_task_seconds_bucket{le="10"} 1
            autoflip_task_seconds_bucket{le="30"} 1
            autoflip_task_seconds_bucket{le="100"} 1
            autoflip_task_seconds_bucket{le="300"} 1
            autoflip_task_seconds_bucket{le="1000"} 1
            autoflip_task_seconds_bucket{le="3000"} 1
            autoflip_task_seconds_bucket{le="+Inf"} 2
            autoflip_task_seconds_sum 5000.25
            autoflip_task_seconds_count 2

            """,
            WithoutHandshakes(text.Write()));
    }

    [Fact]
    public void Two_servers_of_a_process_are_counted_apart()
    {
        using var one = new ServerMetrics(() => new(1, 0, new Dictionary<string, int>()));
        using var other = new ServerMetrics(() => new(2, 0, new Dictionary<string, int>()));
        using var text = new PrometheusText(one.Meter);

        other.Sent(5);

        Assert.Contains("autoflip_round 1\n", text.Write());
        Assert.DoesNotContain("autoflip_bytes_total", text.Write());
    }

    /// <summary>TLS handshakes are of the whole process: other tests have some.</summary>
    static string WithoutHandshakes(string text) =>
        string.Concat(text.Split('\n')[..^1].Where(line => !line.Contains("autoflip_handshake")).Select(line => line + "\n"));
}
