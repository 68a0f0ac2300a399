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
        using var folder = new TemporaryFolder();
        var log = new Log();
        await using var app = Start($"{folder.Path}/s", new Forgetful(log));
        await app.StartAsync(Cancel);
        using var client = new NetworkClient(
            new ClientOptions { Server = $"unix:{folder.Path}/s", Name = "c", State = $"{folder.Path}/state", Workers = 1, Once = true },
            run => ClientData.Dealt(run.Experiment, DataLocations.Of(new()), RunObserver.None, Cancel), log, TimeProvider.System);

        await client.RunAsync(Cancel);

        Assert.Equal(2, log.Lines.Count(line => line.Contains("is stored", StringComparison.Ordinal)));
        Assert.Single(log.Lines, line => line.Contains("begins to train", StringComparison.Ordinal)); // not computed again
    }

    static WebApplication Start(string socket, Federation.FederationBase service)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton((Forgetful)service);
        builder.Services.AddGrpc();
        builder.WebHost.ConfigureKestrel(
            options => options.ListenUnixSocket(socket, listen => listen.Protocols = HttpProtocols.Http2));
        var app = builder.Build();
        app.MapGrpcService<Forgetful>();
        return app;
    }

    /// <summary>Offers a task, accepts the reply, loses it with the power, and offers the task again in its first state.</summary>
    sealed class Forgetful(Log log) : Federation.FederationBase
    {
        static readonly byte[] Request = [1, 2, 3]; // no task: a client answers that, too
        static readonly Experiment Experiment = ExperimentRules.Resolve(
            new Experiment { Dataset = "Digits", Model = "LeNet", Clients = 2, Partition = "iid" });

        static readonly DataContract Contract = FederatedData.Load(
            Experiment, DataLocations.Of(new()), ILoadObserver.None, CancellationToken.None).Contract;

        ulong _sessions;

        public override Task<Description> Describe(DescribeRequest request, ServerCallContext context) => Task.FromResult(new Description
        {
            Run = ByteString.CopyFrom(new byte[16]),
            Version = ExperimentFile.ProgramVersion,
            Experiment = ExperimentFile.Write(Experiment, partitionSha256: ""),
            Contract = Contract.ToJson(),
            Seats = 2,
            ProposedSeat = 1,
        });

        public override Task<Joined> Join(JoinRequest request, ServerCallContext context)
        {
            var joined = new Joined { Session = ++_sessions, HeartbeatMs = 15_000 };
            joined.Seats.Add(0);
            return Task.FromResult(joined);
        }

        public override async Task Watch(WatchRequest request, IServerStreamWriter<State> responseStream, ServerCallContext context)
        {
            var state = new State { Round = 1 };
            state.Tasks.Add(new TaskOffer
            {
                Task = ByteString.CopyFrom(new byte[16]),
                Round = 1,
                Work = Work.Train,
                Size = (ulong)Request.Length,
                Sha256 = ByteString.CopyFrom(SHA256.HashData(Request)),
            });
            await responseStream.WriteAsync(state, context.CancellationToken);
            var isSent = await log.StoredAsync((int)request.Session, TimeSpan.FromSeconds(20));
            if (isSent && request.Session == 1) throw new RpcException(new Status(StatusCode.Unavailable, "the power has failed"));
            await responseStream.WriteAsync(new State { Ended = isSent ? EndReasons.Done : "the reply was not sent again." });
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
    }

    /// <summary>Lines of a client, and its receipts.</summary>
    sealed class Log : IClientLog
    {
        readonly SemaphoreSlim _stored = new(0);

        public System.Collections.Concurrent.ConcurrentQueue<string> Lines { get; } = [];

        /// <summary>Waits for the next receipt that the client has; false if none comes.</summary>
        public Task<bool> StoredAsync(int session, TimeSpan limit) => session <= 2 ? _stored.WaitAsync(limit) : Task.FromResult(false);

        public void Note(string message)
        {
            Lines.Enqueue(message);
            if (message.Contains("is stored", StringComparison.Ordinal)) _stored.Release();
        }

        public void Warning(string message) => Lines.Enqueue(message);
    }
}
