using System.IO.Hashing;
using AutoFlip.Grpc;
using AutoFlip.Grpc.V1;
using Google.Protobuf;
using Grpc.Core;

namespace AutoFlip.Tests;

/// <summary>Connections that are kept open to occupy a server.</summary>
public class SilentUploadTests
{
    const int Seats = 50;
    static readonly TimeSpan HungAfter = TimeSpan.FromSeconds(60);

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Fifty_uploads_that_send_a_byte_and_then_nothing_end_after_a_minute_and_can_be_resumed()
    {
        using var folder = new TemporaryFolder();
        var (time, callers) = (new MovedClock(), new NamedCallers());
        var options = new ServerOptions
        {
            Listen = $"unix:{folder["s"]}",
            MaxUploads = Seats,
            Rules = new() { Timeout = null, MinClients = 1 },
        };
        using var server = new Coordinator(
            new(new Experiment { Clients = Seats }, null!, "", Run: 7, Round: 0, RunObserver.None), options,
            new ServerFiles(folder["network"]), callers, new StoppedClock());
        await using var host = await ServerHost.StartAsync(
            options.Listen, tls: null, interceptor: null, new(new("", "", [1]), server, callers, options, enrolment: null, time),
            server.Metrics, warn: _ => { }, Seats);
        using var connection = new Connection(options.Listen, tls: null);
        var task = new CohortTask(7, 1, ClientWork.Train, TaskId.Of(7, 1, ClientWork.Train), [.. Enumerable.Range(0, Seats)], 1 << 20);
        var session = await OpenAsync(server, connection, task);

        var uploads = task.Cohort.Select(seat => Begin(seat)).ToList();
        foreach (var upload in uploads) await SendAsync(upload.Call, upload.Header, bytes: 1);
        await time.SetAsync(3 * Seats, HungAfter); // each timer: when the call begins, with its header, with the byte

        time.Move(TimeSpan.FromSeconds(59));
        Assert.Every(uploads, upload => Assert.False(upload.Call.ResponseAsync.IsCompleted));
        time.Move(TimeSpan.FromSeconds(1));

        foreach (var (call, header) in uploads)
        {
            var ended = await Assert.ThrowsAsync<RpcException>(() => call.ResponseAsync.WaitAsync(HungAfter, Stop));
            Assert.Equal((StatusCode.DeadlineExceeded, "no byte moved for 60 s."), (ended.StatusCode, ended.Status.Detail));
            call.Dispose();
            using var next = connection.Calls.Submit(Named(), cancellationToken: Stop);
            await SendAsync(next, header, bytes: 0);
            await next.RequestStream.CompleteAsync();
            Assert.Equal((ReceiptStatus.Partial, 1u), ((await next).Status, (await next).Have));
        }

        (AsyncClientStreamingCall<SubmitPart, Receipt> Call, SubmitHeader Header) Begin(int seat) => (
            connection.Calls.Submit(Named(), cancellationToken: Stop),
            new() { Session = session, Task = Coordinator.Bytes(task.IdOf(seat)), Size = 2, Sha256 = ByteString.CopyFrom(new byte[32]) });
    }

    static Metadata Named() => new() { { CallHeaders.Name, "c" } };

    /// <summary>Joins for all seats, and asks them for replies.</summary>
    static async Task<ulong> OpenAsync(Coordinator server, Connection connection, CohortTask task)
    {
        var request = new JoinRequest
        {
            Run = Coordinator.Bytes(7),
            Version = ExperimentFile.ProgramVersion,
            ContractSha256 = ByteString.CopyFrom(1),
        };
        foreach (var seat in task.Cohort) request.Seats.Add(new Seat { Number = (uint)seat, TrainSamples = 100 });
        var joined = await connection.Calls.JoinAsync(request, Named(), cancellationToken: Stop);
        server.Watching(server.SessionOf("c", joined.Session), isOpen: true);
        await server.BeginAsync(task, Stop);
        foreach (var seat in task.Cohort) _ = server.SendAsync(seat, new byte[] { 1 }, Stop);
        return joined.Session;
    }

    static async Task SendAsync(AsyncClientStreamingCall<SubmitPart, Receipt> call, SubmitHeader header, int bytes)
    {
        await call.RequestStream.WriteAsync(new() { Header = header }, Stop);
        if (bytes == 0) return;
        var data = new byte[bytes];
        await call.RequestStream.WriteAsync(
            new() { Chunk = new() { Data = ByteString.CopyFrom(data), Xxh3 = XxHash3.HashToUInt64(data) } }, Stop);
    }

    /// <summary>A clock whose timers fire when it is moved.</summary>
    sealed class MovedClock : TimeProvider
    {
        readonly Lock _lock = new();
        readonly List<Timer> _timers = [];
        readonly SemaphoreSlim _set = new(0);
        TimeSpan _now;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _now.Ticks;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            var timer = new Timer(this, () => callback(state));
            lock (_lock) _timers.Add(timer);
            timer.Change(dueTime, period);
            return timer;
        }

        /// <summary>Waits until timers have been set so often.</summary>
        public async Task SetAsync(int times, TimeSpan limit)
        {
            for (var i = 0; i < times; i++) Assert.True(await _set.WaitAsync(limit, Stop), $"set {i} times");
        }

        public void Move(TimeSpan time)
        {
            Timer[] due;
            lock (_lock)
            {
                _now += time;
                due = [.. _timers.Where(timer => timer.Due <= _now)];
                foreach (var timer in due) timer.Due = null;
            }
            foreach (var timer in due) timer.Fire();
        }

        sealed class Timer(MovedClock clock, Action fire) : ITimer
        {
            public TimeSpan? Due { get; set; }

            public void Fire() => fire();

            public bool Change(TimeSpan dueTime, TimeSpan period)
            {
                lock (clock._lock) Due = dueTime == Timeout.InfiniteTimeSpan ? null : clock._now + dueTime;
                clock._set.Release();
                return true;
            }

            public void Dispose()
            {
                lock (clock._lock) clock._timers.Remove(this);
            }

            public ValueTask DisposeAsync()
            {
                Dispose();
                return ValueTask.CompletedTask;
            }
        }
    }
}
