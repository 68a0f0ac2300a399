using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using AutoFlip.Cli;
using AutoFlip.Grpc;

namespace AutoFlip.Tests;

public class TracingTests
{
    [Fact]
    public void Spans_of_one_task_at_both_ends_are_in_one_trace_and_the_next_tasks_are_in_another()
    {
        var ended = new ConcurrentQueue<Activity>();
        using var listener = Listen(ended);
        var (task, other) = ((UInt128)7 << 64 | 9, (UInt128)8 << 64 | 9);

        using (Tracing.Begin("request", task, 3, ClientWork.Train, 2)) { }
        using (var client = Tracing.Begin("task", [.. new byte[7], 7, .. new byte[7], 9], 3, ClientWork.Train, 2))
        using (Tracing.Within(client, "fetch")) { }
        using (Tracing.Begin("request", other, 4, ClientWork.Train, 2)) { }

        var spans = ended.Where(span => $"{span.TraceId}".EndsWith("0000000000000009", StringComparison.Ordinal)).ToList();
        Assert.Equal(["request", "fetch", "task", "request"], spans.Select(span => span.OperationName));
        Assert.Equal("00000000000000070000000000000009", $"{spans[0].TraceId}"); // the id itself, in hex
        Assert.Equal([spans[0].TraceId, spans[0].TraceId], spans[1..3].Select(span => span.TraceId));
        Assert.NotEqual(spans[0].TraceId, spans[3].TraceId);
        Assert.Equal(spans[2].SpanId, spans[1].ParentSpanId);
        Assert.Equal((3, "train", 2), (spans[0].GetTagItem("autoflip.round"), spans[0].GetTagItem("autoflip.work"), spans[0].GetTagItem(
            "autoflip.client")));
    }

    [Fact]
    public async Task Spans_are_exported_by_otlp_over_http()
    {
        using var collector = new HttpListener();
        var port = FreePort();
        collector.Prefixes.Add($"http://127.0.0.1:{port}/");
        collector.Start();
        var received = collector.GetContextAsync();

        using (Traces.Export($"http://127.0.0.1:{port}", "test", _ => null))
        {
            using (Tracing.Begin("request", 5, 1, ClientWork.Train, 0)) { }
            _ = received.ContinueWith(context => context.Result.Response.Close(), TestContext.Current.CancellationToken);
        }

        var request = (await received.WaitAsync(TestContext.Current.CancellationToken)).Request;
        Assert.Equal(("POST", "/v1/traces", "application/x-protobuf"), (request.HttpMethod, request.RawUrl, request.ContentType));
    }

    [Fact]
    public void Without_an_address_nothing_is_exported_and_another_scheme_is_refused()
    {
        Assert.Null(Traces.Export(null, "test", _ => null));
        var refused = Assert.Throws<AutoFlipException>(() => Traces.Export("localhost:4318", "test", _ => null));
        Assert.Equal(ExitCode.BadRequest, refused.Code);
    }

    static ActivityListener Listen(ConcurrentQueue<Activity> ended)
    {
        var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == Tracing.SourceName,
            Sample = (ref _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = ended.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);
        return listener;
    }

    static int FreePort()
    {
        using var socket = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0);
        socket.Start();
        return ((IPEndPoint)socket.LocalEndpoint).Port;
    }
}
