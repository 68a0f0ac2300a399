using System.Collections.Concurrent;
using AutoFlip.Grpc;

namespace AutoFlip.Tests;

/// <summary>A server's socket in this process, and two clients that have half of the seats each.</summary>
sealed class GrpcFederation : TestFederation
{
    const int Processes = 2;
    static readonly TimeSpan HungAfter = TimeSpan.FromSeconds(60);

    readonly TemporaryFolder _folder = new();
    readonly TaskCompletionSource _stopped = new();
    readonly FederatedData _data;
    readonly TestAuthority? _pki;
    readonly int _seats;
    readonly Heard _heard = new();
    readonly Task _server;
    CancellationTokenSource _stop = new();
    readonly ServerAddress _address = new();
    Task[] _clients = [];
    string _at = "";
    IMessageChannel? _channel;

    GrpcFederation(Experiment experiment, FederatedData data, TestAuthority? pki, int seats)
    {
        (_data, _pki, _seats) = (data, pki, seats);
        var options = new ServerOptions
        {
            Listen = pki is null ? $"unix:{_folder["s"]}" : "127.0.0.1:0",
            Pki = pki?.Folder.Path,
            MinSamples = 1,
            StartTimeout = HungAfter,
            Listening = at => _at = at,
            Rules = new RoundRules { Timeout = HungAfter, MinClients = seats, Attempts = 1 },
        };
        _server = Task.Run(() => NetworkServer.Within(options, RunObserver.None, Time, CancellationToken.None, (connect, _) =>
        {
            _channel = connect(new(experiment, data.Contract, RunDirectory, Run: 0, Round: 0, _heard));
            _address.Set(_at); // only now: the channel is there
            _stopped.Task.Wait();
            return true;
        }));
    }

    /// <summary>The way to the clients.</summary>
    public override IMessageChannel Channel => _channel!;

    /// <summary>Address of the server as clients have it.</summary>
    public string Server => _pki is null ? $"unix:{_folder["s"]}" : _at;

    /// <summary>The run directory.</summary>
    public string RunDirectory => _folder["run"];

    /// <summary>The network folder of the run.</summary>
    public string RunFolder => Path.Combine(RunDirectory, NetworkFolder.Name);

    /// <summary>Warnings of the server.</summary>
    public IReadOnlyCollection<string> Warnings => _heard.Warnings;

    TimeProvider Time => _pki?.Time ?? TimeProvider.System;

    /// <summary>Starts server and clients.</summary>
    /// <param name="experiment">What they run.</param>
    /// <param name="data">Their samples.</param>
    /// <param name="pki">Certificates of the server and of clients 'c0' and 'c1'; null: a Unix socket without.</param>
    /// <param name="free">The last seats that the test takes itself: no client of these has them.</param>
    public static async Task<GrpcFederation> StartAsync(
        Experiment experiment, FederatedData data, TestAuthority? pki = null, int free = 0)
    {
        var federation = new GrpcFederation(experiment, data, pki, experiment.Clients - free);
        await federation._address.OfAsync(federation._server);
        federation.StartClients();
        return federation;
    }

    public override async Task ForgetAsync()
    {
        await StopClientsAsync();
        foreach (var state in Directory.GetDirectories(_folder.Path, "state-*")) Directory.Delete(state, recursive: true);
        _stop = new();
        StartClients();
    }

    public override void Stop() => _stop.Cancel();

    public override async ValueTask DisposeAsync()
    {
        await StopClientsAsync();
        _stopped.TrySetResult();
        await _server;
        _folder.Dispose();
    }

    void StartClients() => _clients = [.. Enumerable.Range(0, Processes).Select(RunClientAsync)];

    async Task RunClientAsync(int number)
    {
        using var client = new NetworkClient(
            new ClientOptions
            {
                Server = Server,
                Pki = _pki?.Folder.Path,
                Name = $"c{number}",
                Seats = [.. Enumerable.Range(0, _seats).Where(seat => seat % Processes == number)],
                State = _folder[$"state-{number}"],
                Workers = 1,
                Once = true,
            },
            _ => new ClientData(_data.Contract, new SimulatedData(_data)), IClientLog.None, Time);
        await client.RunAsync(_stop.Token);
    }

    async Task StopClientsAsync()
    {
        Stop();
        await Task.WhenAll(_clients).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Assert.Every(_clients, client => Assert.True(client.IsCanceled, $"{client.Exception}"));
        _stop.Dispose();
    }

    /// <summary>Keeps the warnings of the server.</summary>
    sealed class Heard : RunObserver
    {
        public ConcurrentQueue<string> Warnings { get; } = [];

        public override void Warning(string message) => Warnings.Enqueue(message);
    }
}
