using System.Collections.Concurrent;
using System.Security.Cryptography;
using AutoFlip.Grpc;
using AutoFlip.Grpc.V1;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace AutoFlip.Tests;

/// <summary>A client against a server that is played by the test.</summary>
public class NetworkClientTests
{
    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_task_that_is_offered_again_after_its_receipt_is_answered_again_from_the_disk()
    {
        var log = new Log();
        var service = new Forgetful(log);

        await RunAsync(service, log);

        Assert.Equal(2, service.Processes.Count);
        Assert.NotEqual(0ul, Assert.Single(service.Processes.Distinct())); // the server knows that it is the same process
        Assert.Equal(2, log.Lines.Count(line => line.Contains("is stored", StringComparison.Ordinal)));
        Assert.Single(log.Lines, line => line.Contains("begins to train", StringComparison.Ordinal)); // not computed again
    }

    /// <summary>A server that was started again has joined clients before its task is open again.</summary>
    [Fact]
    public async Task Work_under_way_goes_on_while_a_restarted_server_has_no_task_yet()
    {
        var log = new Log { IsHeld = true };

        await RunAsync(new Restarted(log), log);

        Assert.DoesNotContain(log.Lines, line => line.Contains("was closed", StringComparison.Ordinal));
        Assert.Equal(
            ["Round 1: seat 0 begins to train.", "Round 1: seat 1 begins to train."],
            log.Lines.Where(line => line.Contains("begins", StringComparison.Ordinal)).Order());
    }

    /// <summary>NVIDIA/NVFlare 2484: a client that trains on all its threads sends no heartbeats, and is taken for dead.</summary>
    [Fact]
    public async Task NVFlare_2484_heartbeats_go_on_while_every_worker_is_busy()
    {
        var log = new Log();
        var service = new Counting(log);
        var isHeard = true;
        log.OnWarning = text => // on a worker's thread: the task is none, and fails
        {
            if (text.StartsWith("A task failed", StringComparison.Ordinal)) isHeard &= service.Heard.Wait(TimeSpan.FromSeconds(20));
        };

        await RunAsync(service, log);

        Assert.True(isHeard);
        Assert.Equal(2, log.Lines.Count(line => line.Contains("A task failed", StringComparison.Ordinal)));
    }

    static async Task RunAsync<T>(T service, Log log) where T : PlayedServer
    {
        using var folder = new TemporaryFolder();
        await using var app = Start($"{folder.Path}/s", service);
        await app.StartAsync(Cancel);
        using var client = new NetworkClient(
            new ClientOptions
            {
                Server = $"unix:{folder.Path}/s",
                Name = "c",
                State = $"{folder.Path}/state",
                Seats = [0, 1],
                Workers = 2,
                Once = true,
            },
            run => ClientData.Dealt(run.Experiment, DataLocations.Of(new()), RunObserver.None, Cancel), log, TimeProvider.System);
        await client.RunAsync(Cancel);
    }

    static WebApplication Start<T>(string socket, T service) where T : PlayedServer
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton(service);
        builder.Services.AddGrpc();
        builder.WebHost.ConfigureKestrel(
            options => options.ListenUnixSocket(socket, listen => listen.Protocols = HttpProtocols.Http2));
        var app = builder.Build();
        app.MapGrpcService<T>();
        return app;
    }

    /// <summary>The parts of a server that are the same in each play: a run of two clients, and requests that are no tasks, which a
    /// client answers all the same.</summary>
    abstract class PlayedServer : Federation.FederationBase
    {
        static readonly byte[] Request = [1, 2, 3];
        static readonly Experiment Experiment = ExperimentRules.Resolve(
            new Experiment { Dataset = "Digits", Model = "LeNet", Clients = 2, Partition = "iid" });

        static readonly DataContract Contract = FederatedData.Load(
            Experiment, DataLocations.Of(new()), ILoadObserver.None, CancellationToken.None).Contract;

        ulong _sessions;

        public ConcurrentQueue<ulong> Processes { get; } = [];

        protected virtual uint HeartbeatMs => 15_000;

        public override Task<Description> Describe(DescribeRequest request, ServerCallContext context) => Task.FromResult(new Description
        {
            Run = ByteString.CopyFrom(new byte[16]),
            Version = ExperimentFile.ProgramVersion,
            Experiment = ExperimentFile.Write(Experiment, partitionSha256: ""),
            Contract = Contract.ToJson(),
            Seats = 2,
        });

        public override Task<Joined> Join(JoinRequest request, ServerCallContext context)
        {
            Processes.Enqueue(request.Process);
            var joined = new Joined { Session = ++_sessions, HeartbeatMs = HeartbeatMs };
            joined.Seats.AddRange(request.Seats.Select(seat => seat.Number));
            return Task.FromResult(joined);
        }

        public override async Task Fetch(FetchRequest request, IServerStreamWriter<Chunk> responseStream, ServerCallContext context)
        {
            foreach (var chunk in Chunks.Of(Request, 0)) await responseStream.WriteAsync(chunk);
        }

        public override async Task<Receipt> Submit(IAsyncStreamReader<SubmitPart> requestStream, ServerCallContext context)
        {
            while (await requestStream.MoveNext(context.CancellationToken)) { }
            return new Receipt { Status = ReceiptStatus.Accepted };
        }

        public override Task<BeatReply> Beat(BeatRequest request, ServerCallContext context) => Task.FromResult(new BeatReply());

        /// <summary>A state in which seats are asked to train.</summary>
        protected static State Asking(params ReadOnlySpan<byte> seats)
        {
            var state = new State { Round = 1 };
            foreach (var seat in seats)
                state.Tasks.Add(new TaskOffer
                {
                    Task = ByteString.CopyFrom([.. new byte[15], seat]),
                    Seat = seat,
                    Round = 1,
                    Work = Work.Train,
                    Size = (ulong)Request.Length,
                    Sha256 = ByteString.CopyFrom(SHA256.HashData(Request)),
                });
            return state;
        }

        protected static RpcException PowerCut() => new(new Status(StatusCode.Unavailable, "the power has failed"));
    }

    /// <summary>Offers a task, accepts the reply, loses it with the power, and offers the task again in its first state.</summary>
    sealed class Forgetful(Log log) : PlayedServer
    {
        public override async Task Watch(WatchRequest request, IServerStreamWriter<State> responseStream, ServerCallContext context)
        {
            await responseStream.WriteAsync(Asking(0), context.CancellationToken);
            var isSent = await log.HearAsync("is stored");
            if (isSent && request.Session == 1) throw PowerCut();
            await responseStream.WriteAsync(new State { Ended = isSent ? EndReasons.Done : "the reply was not sent again." });
        }
    }

    /// <summary>Loses the power while seat 0 trains; has no task at first when it is back, then both seats'. Seat 0 trains on until seat 1
    /// begins.</summary>
    sealed class Restarted(Log log) : PlayedServer
    {
        public override async Task Watch(WatchRequest request, IServerStreamWriter<State> responseStream, ServerCallContext context)
        {
            if (request.Session == 1)
            {
                await responseStream.WriteAsync(Asking(0), context.CancellationToken);
                await log.HearAsync("seat 0 begins");
                throw PowerCut();
            }
            await responseStream.WriteAsync(new State { Waiting = true }, context.CancellationToken);
            await responseStream.WriteAsync(Asking(0, 1), context.CancellationToken);
            var isDone = await log.HearAsync("seat 0 is stored") && await log.HearAsync("seat 1 is stored");
            await responseStream.WriteAsync(new State { Ended = isDone ? EndReasons.Done : "replies are missing." });
        }
    }

    /// <summary>Counts heartbeats while both workers of the client are held, and answers each by a state.</summary>
    sealed class Counting(Log log) : PlayedServer
    {
        const int Enough = 3;

        readonly SemaphoreSlim _beats = new(0);

        public ManualResetEventSlim Heard { get; } = new();

        protected override uint HeartbeatMs => 200;

        public override Task<BeatReply> Beat(BeatRequest request, ServerCallContext context)
        {
            if (request.Seats.Count == 2 && request.Seats.All(seat => seat.Phase == Phase.Working)) _beats.Release();
            return base.Beat(request, context);
        }

        public override async Task Watch(WatchRequest request, IServerStreamWriter<State> responseStream, ServerCallContext context)
        {
            for (var beats = 0; beats < Enough && !Heard.IsSet; beats++)
            {
                await responseStream.WriteAsync(Asking(0, 1), context.CancellationToken);
                await _beats.WaitAsync(context.CancellationToken);
            }
            Heard.Set();
            var isDone = await log.HearAsync("seat 0 is stored") && await log.HearAsync("seat 1 is stored");
            await responseStream.WriteAsync(new State { Ended = isDone ? EndReasons.Done : "the replies were not sent." });
        }
    }

    /// <summary>Lines of a client.</summary>
    sealed class Log : IClientLog
    {
        static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

        readonly ConcurrentDictionary<string, SemaphoreSlim> _heard = [];

        public ConcurrentQueue<string> Lines { get; } = [];

        /// <summary>True to hold seat 0 in its training until seat 1 begins.</summary>
        public bool IsHeld { get; init; }

        /// <summary>Waits until a line with a text is written that was not waited for before; false if none is.</summary>
        public Task<bool> HearAsync(string text) => Of(text).WaitAsync(Limit);

        public void Note(string message)
        {
            Lines.Enqueue(message);
            foreach (var text in (string[])["is stored", "seat 0 is stored", "seat 1 is stored", "seat 0 begins", "seat 1 begins"])
                if (message.Contains(text, StringComparison.Ordinal)) Of(text).Release();
            if (IsHeld && message.Contains("seat 0 begins", StringComparison.Ordinal)) Of("seat 1 begins").Wait(Limit);
        }

        /// <summary>Called with each warning, where it is written.</summary>
        public Action<string> OnWarning { get; set; } = _ => { };

        public void Warning(string message)
        {
            Lines.Enqueue(message);
            OnWarning(message);
        }

        SemaphoreSlim Of(string text) => _heard.GetOrAdd(text, _ => new(0));
    }
}
