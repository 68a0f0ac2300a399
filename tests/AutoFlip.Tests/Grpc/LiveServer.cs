using AutoFlip.Grpc;
using AutoFlip.Grpc.V1;
using Google.Protobuf;
using Grpc.Core;

namespace AutoFlip.Tests;

/// <summary>A server without an engine, listening on a Unix socket, and the transfers of its one client.</summary>
sealed class LiveServer : IAsyncDisposable
{
    const ulong Run = 7;
    const string Name = "c0";

    readonly TemporaryDirectory _folder = new();
    readonly CancellationTokenSource _stop = new();
    readonly Coordinator _coordinator;
    ServerHost? _host;
    Connection? _connection;
    ulong _session;
    Task _watching = Task.CompletedTask;

    LiveServer() => _coordinator = new(
        new(new Experiment { Clients = 1 }, null!, _folder.Path, Run, 0, RunObserver.None), Options, new ServerFiles(_folder.Path),
        new NamedCallers(), TimeProvider.System);

    /// <summary>The path of its socket.</summary>
    public string Socket => _folder["s"];

    /// <summary>Transfers of the client.</summary>
    public ServerCalls? Calls { get; private set; }

    ServerOptions Options => new()
    {
        Listen = $"unix:{_folder["s"]}",
        Rules = new() { Timeout = TimeSpan.FromMinutes(5), MinClients = 1 },
    };

    /// <summary>Starts the server, and lets the client join and watch.</summary>
    public static async Task<LiveServer> StartAsync(CancellationToken ct)
    {
        var server = new LiveServer();
        var service = new FederationService(
            new("", "", [1]), server._coordinator, new NamedCallers(), server.Options, enrolment: null, TimeProvider.System);
        server._host = await ServerHost.StartAsync(
            server.Options.Listen, tls: null, interceptor: null, service, server._coordinator.Metrics, warn: _ => { }, seats: 1);
        server._connection = new(server.Options.Listen, tls: null);
        server.Calls = new(server._connection.Calls, new Metadata { { CallHeaders.Name, Name } }, TimeProvider.System);
        var request = new JoinRequest
        {
            Run = Coordinator.Bytes(Run),
            ContractSha256 = ByteString.CopyFrom(1),
            Version = ExperimentFile.ProgramVersion,
            Processor = "p",
        };
        request.Seats.Add(new Seat { TrainSamples = 100 });
        server._session = (await server.Calls.JoinAsync(request, ct)).Session;
        server._watching = server.WatchAsync();
        return server;
    }

    /// <summary>Sends the client a task, and returns it as the client has it, and the answer.</summary>
    public async Task<(CohortTask Task, Task<Answer> Answer)> OpenAsync(ReadOnlyMemory<byte> request, long limit, CancellationToken ct)
    {
        var task = new CohortTask(Run, 1, ClientWork.Train, TaskId.Of(Run, 1, ClientWork.Train), [0], limit);
        await _coordinator.BeginAsync(task, ct);
        return (task, _coordinator.SendAsync(0, request, ct));
    }

    /// <summary>Fetches the task.</summary>
    public async Task<byte[]> FetchAsync(CohortTask task, int length, CancellationToken ct)
    {
        var bytes = new byte[length];
        await Calls!.FetchAsync(_session, Coordinator.Bytes(task.IdOf(0)), bytes, new Progress(), ct);
        return bytes;
    }

    /// <summary>Sends a reply.</summary>
    public Task<Receipt> SubmitAsync(CohortTask task, ReadOnlyMemory<byte> reply, CancellationToken ct) =>
        Calls!.SubmitAsync(_session, new(Coordinator.Bytes(task.IdOf(0)), reply, ServerCalls.HashOf(reply), Start: null), 0, ct);

    public async ValueTask DisposeAsync()
    {
        _stop.Cancel();
        await _watching.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _connection?.Dispose();
        if (_host is not null) await _host.DisposeAsync();
        _coordinator.Dispose();
        _folder.Dispose();
    }

    async Task WatchAsync()
    {
        await foreach (var _ in Calls!.WatchAsync(_session, TimeSpan.FromMinutes(1), _stop.Token)) { }
    }
}
