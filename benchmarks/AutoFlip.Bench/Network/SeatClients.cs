using System.Globalization;
using AutoFlip.Grpc;

namespace AutoFlip.Bench;

/// <summary>Clients of a <see cref="SeatServer"/>, which train on a public data set that they share in memory.</summary>
sealed class SeatClients : IRole
{
    readonly CancellationTokenSource _stop = new();
    readonly List<NetworkClient> _clients = [];
    readonly List<Task> _runs = [];
    readonly Joins _joins = new();
    readonly Lock _lock = new();
    ClientData? _data;

    /// <inheritdoc/>
    public async Task<object?> CarryOutAsync(string order, string[] arguments, CancellationToken ct)
    {
        switch (order)
        {
            case "start": // one client for each seat, or one for all of them
                var (first, count, together) = (Number(arguments[3]), Number(arguments[4]), bool.Parse(arguments[5]));
                int[][] seats = together ? [[.. Enumerable.Range(first, count)]]
                    : [.. Enumerable.Range(first, count).Select(seat => (int[])[seat])];
                foreach (var one in seats) Start(arguments[0], arguments[1], arguments[2], one);
                for (var joined = 0; joined < seats.Length; joined++)
                {
                    var next = _joins.All.WaitAsync(ct);
                    if (await Task.WhenAny([next, .. _runs.Where(run => run.IsFaulted)]) is { IsFaulted: true } failed) await failed;
                }
                return null;
            case "usage":
                return ProcessUsage.Now();
            case "finish":
                await Task.WhenAll(_runs).WaitAsync(ct);
                return null;
            default:
                throw new ArgumentOutOfRangeException(nameof(order), order, null);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _stop.Cancel();
        await Task.WhenAll(_runs).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        foreach (var client in _clients) client.Dispose();
    }

    void Start(string address, string pki, string folder, int[] seats)
    {
        var client = new NetworkClient(
            new ClientOptions
            {
                Server = address.Replace("127.0.0.1", "localhost", StringComparison.Ordinal),
                Pki = pki,
                Name = BenchPki.NameOf(seats[0]),
                Seats = [.. seats],
                State = Path.Combine(folder, $"state-{seats[0]}"),
                Workers = 1,
                Once = true,
            },
            DataOf, _joins, TimeProvider.System);
        _clients.Add(client);
        _runs.Add(Task.Run(() => client.RunAsync(_stop.Token)));
    }

    ClientData DataOf(ClientRun run)
    {
        lock (_lock) return _data ??= ClientData.Dealt(run.Experiment, DataLocations.Of(new()), RunObserver.None, _stop.Token);
    }

    static int Number(string argument) => int.Parse(argument, CultureInfo.InvariantCulture);

    /// <summary>Counts clients that have joined.</summary>
    sealed class Joins : IClientLog
    {
        public SemaphoreSlim All { get; } = new(0);

        public void Note(string message)
        {
            if (message.StartsWith("Joined for", StringComparison.Ordinal)) All.Release();
        }

        public void Warning(string message) { }
    }
}
