using System.Collections.Concurrent;
using AutoFlip.Grpc;
using AutoFlip.Grpc.V1;
using Grpc.Net.Client;

namespace AutoFlip.Tests;

/// <summary>Nothing else runs beside a measurement of the heap.</summary>
[CollectionDefinition(nameof(HostileClientTests), DisableParallelization = true)]
public sealed class HostileAlone;

/// <summary>Clients with a certificate and bad intentions, while others carry out a run.</summary>
[Collection(nameof(HostileClientTests))]
[Trait("speed", "slow")]
public sealed class HostileClientTests
{
    const int Calls = 10_000, Seat = 5;

    const int Buffers = 8 << 20; // of both ends, which are in this process: as much after 80,000 calls

    static readonly string[] Documented =
    [
        "OK", "Accepted", "Duplicate", "Partial", "TooLate", "Refused", "ResendMask", // receipts
        "InvalidArgument", "PermissionDenied", "FailedPrecondition", "NotFound", "ResourceExhausted", "Aborted",
        "Cancelled", // by the attacker: a Submit whose write failed (the request was aborted), and for which no answer comes
        "Unavailable", // a server that was started again has not opened the task yet
    ];

    static readonly string[] Reached =
        ["OK", "Refused", "TooLate", "InvalidArgument", "PermissionDenied", "FailedPrecondition", "NotFound"];

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Ten_thousand_wrong_calls_do_not_change_the_model_fill_no_file_and_keep_no_message_in_memory()
    {
        var experiment = TinyFederation.Experiment with { Dataset = "Digits", CohortFraction = 1, MaskRefresh = MaskRefresh.Cohort };
        var data = TinyFederation.Data(experiment);
        var without = TinyFederation.With(data, client =>
        {
            if (client == Seat) throw new InvalidOperationException("no reply of the attacker's counts");
        });
        var want = await TinyFederation.RunAsync(experiment, data: without);
        using var pki = new TestAuthority();
        foreach (var name in (string[])["c1", "evil", "thief"]) pki.Open.IssueClient(name, seat: null, TestAuthority.Year);
        await using var federation = await GrpcFederation.StartAsync(experiment, data, pki, free: 1);
        using PeerIdentity evil = pki.Client("evil"), thief = pki.Client("thief");
        GrpcChannel[] connections = [.. ((PeerIdentity[])[evil, evil, evil, thief]).Select(peer => Connect(federation.Server, peer))];
        using var first = connections[0];
        var calls = new Federation.FederationClient(first);
        var known = new HostileKnowledge(await calls.DescribeAsync(new() { Version = ExperimentFile.ProgramVersion }), Seat);
        known.Session = (await calls.JoinAsync(Joining(known))).Session;
        var ended = new ConcurrentDictionary<string, int>();
        var attack = new Attack([.. connections.Select((connection, number) =>
            (new HostileCaller(connection.CreateCallInvoker(), known, ended), new HostileCalls(known, new KeyedRandom((ulong)number))))]);
        using var operation = new ServerAdmin(federation.RunDirectory);
        await attack.GoOnUntilAsync(Calls / 10); // connections, buffers and compiled code are there from now on
        var heap = GC.GetTotalMemory(forceFullCollection: true);

        var got = await TinyFederation.RunAsync(experiment, channel: new Attacked(federation.Channel, attack, known, operation));
        await attack.GoOnUntilAsync(Calls);
        var after = GC.GetTotalMemory(forceFullCollection: true);

        Assert.Equal(want.Global.Sha256(), got.Global.Sha256());
        Assert.Every(got.Rounds, round => Assert.Equal([Seat], round.Report.Failures.Select(failure => failure.Client).Distinct()));
        var ways = ended.Keys.Select(end => end[(end.IndexOf(' ') + 1)..]).Distinct().ToHashSet();
        Assert.Equal([], ended.Keys.Where(end => !Documented.Contains(end[(end.IndexOf(' ') + 1)..])));
        Assert.Equal([], Reached.Except(ways)); // the calls get as far as that
        Assert.InRange(after, 0, heap + heap / 10 + Buffers);
        Assert.InRange(File.ReadLines(Path.Combine(federation.RunFolder, AuditLog.FileName)).Count(), 0, 300);
        Assert.InRange(federation.Warnings.Count, 0, 100);
    }

    static JoinRequest Joining(HostileKnowledge known)
    {
        var request = new JoinRequest
        {
            Run = known.Run.Run,
            ContractSha256 = known.Run.ContractSha256,
            Version = known.Run.Version,
            Processor = ProcessorKind.Here,
        };
        request.Seats.Add(new Seat { Number = Seat, TrainSamples = 17, HeldOutSamples = 4 });
        return request;
    }

    /// <summary>A connection of an attacker, with a certificate.</summary>
    static GrpcChannel Connect(string server, PeerIdentity identity) => GrpcChannel.ForAddress(server, new()
    {
        HttpHandler = new SocketsHttpHandler { SslOptions = Tls.ForClient(identity, new Uri(server).Host, _ => { }) },
        DisposeHttpClient = true,
    });

    /// <summary>Calls side by side, up to a number.</summary>
    sealed class Attack((HostileCaller Caller, HostileCalls Calls)[] callers)
    {
        int _made;

        public int Made => _made;

        public Task GoOnUntilAsync(int calls) => Task.WhenAll(callers.Select(each => Task.Run(
            async () =>
            {
                while (Interlocked.Increment(ref _made) <= calls) await each.Caller.CallAsync(each.Calls.Next());
                Interlocked.Decrement(ref _made);
            },
            Stop)));
    }

    /// <summary>Holds back the request of the last honest client in each task (one exploration, four rounds, two evaluations) until the
    /// attackers have made their share of calls.</summary>
    sealed class Attacked(IMessageChannel inner, Attack attack, HostileKnowledge known, ServerAdmin operation) : ChannelThrough(inner)
    {
        const int Tasks = 7, Share = Calls * 9 / 10 / Tasks;

        public override async ValueTask BeginAsync(CohortTask task, CancellationToken ct)
        {
            await OperateAsync(operation.AdmitAsync);
            known.Add(task);
            await base.BeginAsync(task, ct);
        }

        static async Task OperateAsync(Func<string, CancellationToken, Task> operation)
        {
            try
            {
                await operation("evil", Stop);
            }
            catch (AutoFlipException) // it is so already: the server has excluded the attacker itself
            {
            }
        }

        public override async Task<Answer> SendAsync(int client, ReadOnlyMemory<byte> request, CancellationToken ct)
        {
            if (client != Seat - 1) return await base.SendAsync(client, request, ct);
            await attack.GoOnUntilAsync(attack.Made + Share);
            await OperateAsync(operation.QuarantineAsync); // the attacker is not waited for
            return await base.SendAsync(client, request, ct);
        }
    }
}
