using System.Globalization;
using AutoFlip.Grpc;

namespace AutoFlip.Bench;

/// <summary>Where a <see cref="TransferServer"/> listens.</summary>
/// <param name="Grpc">The server of a federation, over mutual TLS.</param>
/// <param name="Tls">A bare receiver over mutual TLS.</param>
/// <param name="TlsToDisk">The same, which hashes what it receives and writes it to the disk.</param>
/// <param name="Tcp">A bare receiver without TLS.</param>
sealed record TransferPorts(string Grpc, int Tls, int TlsToDisk, int Tcp);

/// <summary>The server of a federation without an engine above it, and bare receivers beside it.</summary>
sealed class TransferServer : IRole
{
    /// <summary>The run's id.</summary>
    public static UInt128 Run => 1;

    /// <summary>Hash of the run's contract, as clients send it.</summary>
    public static byte[] Contract { get; } = [1];

    readonly List<IAsyncDisposable> _listeners = [];
    readonly Stack<IDisposable> _owned = [];
    Coordinator? _coordinator;
    Task<Answer>[] _answers = [];
    UsageMeter? _meter;
    int _seats, _round;

    /// <inheritdoc/>
    public async Task<object?> CarryOutAsync(string order, string[] arguments, CancellationToken ct)
    {
        switch (order)
        {
            case "start":
                return await StartAsync(arguments[0], arguments[1], Number(arguments[2]), Number(arguments[3]));
            case "round": // a request of so many bytes to so many seats, and replies of so many at most
                var request = new byte[Number(arguments[0])];
                await OpenAsync(request, Number(arguments[1]), Number(arguments[2]), ct);
                return null;
            case "measure":
                FreeMemory.GiveBack();
                _meter = new();
                return null;
            case "usage":
                return _meter!.Now();
            case "read": // the replies that are stored, one after another, as for folding
                long bytes = 0;
                foreach (var answer in _answers) bytes += (await answer.WaitAsync(ct)).Read().Length;
                return bytes;
            case "end":
                _answers = [];
                return _meter!.Stop();
            default:
                throw new ArgumentOutOfRangeException(nameof(order), order, null);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _coordinator?.End(reason: null);
        foreach (var listener in _listeners) await listener.DisposeAsync();
        while (_owned.TryPop(out var owned)) owned.Dispose();
    }

    async Task<TransferPorts> StartAsync(string pki, string folder, int seats, int maxUploads)
    {
        _seats = seats;
        var time = TimeProvider.System;
        var identity = Own(PeerIdentity.LoadServer(new PkiFolder(pki), name: null, time));
        var interceptor = Own(new PeerInterceptor(identity, time));
        var options = new ServerOptions
        {
            Listen = "127.0.0.1:0",
            MaxUploads = maxUploads,
            Rules = new() { Timeout = null, MinClients = 1 },
        };
        var session = new ServerSession(new Experiment { Clients = seats }, null!, folder, Run, 0, RunObserver.None);
        _coordinator = Own(new Coordinator(session, options, new ServerFiles(folder), new CertifiedCallers(identity), time));
        var service = new FederationService(
            new("", "", Contract), _coordinator, new CertifiedCallers(identity), options, enrolment: null, time);
        var host = await ServerHost.StartAsync(
            options.Listen, Tls.OfKestrel(identity, anonymous: false, _ => { }), interceptor, service, _coordinator.Metrics,
            warn: _ => { }, seats);
        var tls = Tls.ForServer(identity, anonymous: false, _ => { });
        BareReceiver reads = new(tls, file: null), writes = new(tls, Path.Combine(folder, "bare")), plain = new(tls: null, file: null);
        _listeners.AddRange([host, reads, writes, plain]);
        return new(host.Address, reads.Port, writes.Port, plain.Port);
    }

    async Task OpenAsync(byte[] request, int seats, int limit, CancellationToken ct)
    {
        _round++;
        int[] cohort = [.. Enumerable.Range(0, Math.Min(seats, _seats))];
        await _coordinator!.BeginAsync(
            new(Run, _round, ClientWork.Train, TaskId.Of(Run, _round, ClientWork.Train), cohort, limit), ct);
        _answers = [.. cohort.Select(seat => _coordinator.SendAsync(seat, request, ct))];
    }

    T Own<T>(T owned)
        where T : IDisposable
    {
        _owned.Push(owned);
        return owned;
    }

    static int Number(string argument) => int.Parse(argument, CultureInfo.InvariantCulture);
}
