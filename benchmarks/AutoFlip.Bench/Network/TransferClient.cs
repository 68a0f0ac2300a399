using System.Threading.Channels;
using AutoFlip.Grpc;
using AutoFlip.Grpc.V1;
using Google.Protobuf;

namespace AutoFlip.Bench;

/// <summary>A client of a <see cref="TransferServer"/>: the transfers of a real one, with replies that nobody has computed.</summary>
sealed class TransferClient : IAsyncDisposable
{
    static readonly TimeSpan Silence = TimeSpan.FromSeconds(60);

    readonly CancellationTokenSource _stop = new();
    readonly Channel<State> _states = Channel.CreateUnbounded<State>();
    readonly PeerIdentity _identity;
    readonly string _address;
    readonly Connection _connection;
    readonly ulong _session;
    readonly Task _watching;

    TransferClient(PeerIdentity identity, string address, Connection connection, ulong session)
    {
        (_identity, _address, _connection, _session) = (identity, address, connection, session);
        Calls = CallsOf(connection);
        _watching = WatchAsync();
    }

    /// <summary>The transfers over the first connection.</summary>
    public ServerCalls Calls { get; }

    /// <summary>Connects and joins for the seats 0, 1, ...</summary>
    public static async Task<TransferClient> JoinAsync(string address, string pki, int seats, CancellationToken ct)
    {
        var identity = PeerIdentity.LoadClient(new PkiFolder(pki), BenchPki.NameOf(0), TimeProvider.System);
        var connection = Connect(address, identity);
        var request = new JoinRequest
        {
            Run = Coordinator.Bytes(TransferServer.Run),
            ContractSha256 = ByteString.CopyFrom(TransferServer.Contract),
            Version = ExperimentFile.ProgramVersion,
            Processor = ProcessorKind.Here,
        };
        for (var seat = 0; seat < seats; seat++) request.Seats.Add(new Seat { Number = (uint)seat, TrainSamples = 100 });
        var joined = await CallsOf(connection).JoinAsync(request, ct);
        return new(identity, address, connection, joined.Session);
    }

    /// <summary>Certificates for bare connections to the same machine.</summary>
    public System.Net.Security.SslClientAuthenticationOptions Bare() => Tls.ForClient(_identity, "localhost", _ => { });

    /// <summary>The transfers over a connection.</summary>
    public static ServerCalls CallsOf(Connection connection) => new(connection.Calls, [], TimeProvider.System);

    /// <summary>Another connection of the client.</summary>
    public Connection Connect() => Connect(_address, _identity);

    /// <summary>Waits until so many tasks of the next round are offered.</summary>
    public async Task<IReadOnlyList<TaskOffer>> NextAsync(int round, int count, CancellationToken ct)
    {
        while (true)
        {
            var state = await _states.Reader.ReadAsync(ct);
            if (state.Round == round && state.Tasks.Count == count) return state.Tasks;
        }
    }

    /// <summary>Makes the bytes of a reply out of any bytes: the server looks at their beginning only.</summary>
    public static void Address(Span<byte> reply, TaskOffer offer)
    {
        var task = TaskId.Of(TransferServer.Run, (int)offer.Round, ClientWork.Train);
        ReplyCodec.Without(ReplyStatus.Failed, task, (int)offer.Seat).Span[..ReplyHead.Length].CopyTo(reply);
    }

    /// <summary>Hashes and sends a reply, as a client does.</summary>
    public async Task SubmitAsync(ServerCalls calls, TaskOffer offer, ReadOnlyMemory<byte> reply, CancellationToken ct)
    {
        var receipt = await calls.SubmitAsync(_session, new(offer.Task, reply, ServerCalls.HashOf(reply), Start: null), 0, ct);
        if (receipt.Status != ReceiptStatus.Accepted) throw AutoFlipException.RunFailed($"The reply was not stored: {receipt}");
    }

    /// <summary>A short call, by which a connection is opened.</summary>
    public Task BeatAsync(Connection connection, CancellationToken ct) =>
        CallsOf(connection).BeatAsync(new BeatRequest { Session = _session }, ct);

    /// <summary>Sends a reply but for its last chunk, or until no chunk is accepted for some time.</summary>
    /// <returns>The call, which is left open.</returns>
    public async Task<IDisposable> StallAsync(
        Connection connection, TaskOffer offer, ReadOnlyMemory<byte> reply, TimeSpan patience, CancellationToken ct)
    {
        var call = connection.Calls.Submit(cancellationToken: ct);
        var header = new SubmitHeader
        {
            Session = _session,
            Task = offer.Task,
            Size = (ulong)reply.Length,
            Sha256 = ByteString.CopyFrom(ServerCalls.HashOf(reply)),
        };
        await call.RequestStream.WriteAsync(new SubmitPart { Header = header }, ct);
        foreach (var chunk in Chunks.Of(reply[..^1], 0))
        {
            var sent = call.RequestStream.WriteAsync(new SubmitPart { Chunk = chunk }, ct);
            if (await Task.WhenAny(sent, Task.Delay(patience, ct)) != sent) break;
        }
        return call;
    }

    /// <summary>Fetches a task and checks its hash, as a client does.</summary>
    public async Task FetchAsync(TaskOffer offer, byte[] into, CancellationToken ct)
    {
        await Calls.FetchAsync(_session, offer.Task, into, new Progress(), ct);
        if (!ServerCalls.HashOf(into).AsSpan().SequenceEqual(offer.Sha256.Span)) throw AutoFlipException.RunFailed("The task is damaged.");
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _stop.Cancel();
        await _watching.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _connection.Dispose();
        _identity.Dispose();
    }

    static Connection Connect(string address, PeerIdentity identity) =>
        new(address.Replace("127.0.0.1", "localhost", StringComparison.Ordinal), host => Tls.ForClient(identity, host, _ => { }));

    async Task WatchAsync()
    {
        await foreach (var state in Calls.WatchAsync(_session, Silence, _stop.Token)) _states.Writer.TryWrite(state);
    }
}
