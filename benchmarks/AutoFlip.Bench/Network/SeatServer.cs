using System.Diagnostics;
using System.Globalization;
using AutoFlip.Grpc;

namespace AutoFlip.Bench;

/// <summary>A process at one moment.</summary>
/// <param name="CpuSeconds">Processor time so far.</param>
/// <param name="Resident">Resident bytes.</param>
/// <param name="Managed">Bytes of the managed heap after a collection.</param>
/// <param name="Peak">Resident bytes at the peak so far.</param>
sealed record ProcessUsage(double CpuSeconds, long Resident, long Managed, long Peak)
{
    /// <summary>This process.</summary>
    public static ProcessUsage Now()
    {
        using var process = Process.GetCurrentProcess();
        var (cpu, resident, peak) = (process.TotalProcessorTime.TotalSeconds, process.WorkingSet64, process.PeakWorkingSet64);
        return new(cpu, resident, GC.GetTotalMemory(forceFullCollection: true), peak);
    }
}

/// <summary>A server with an engine, which waits for all of its clients and then runs an experiment.</summary>
sealed class SeatServer : IRole
{
    readonly CancellationTokenSource _stop = new();
    readonly TaskCompletionSource<string> _address = new(TaskCreationOptions.RunContinuationsAsynchronously);
    readonly Rounds _rounds = new();
    Task? _run;

    /// <inheritdoc/>
    public async Task<object?> CarryOutAsync(string order, string[] arguments, CancellationToken ct)
    {
        switch (order)
        {
            case "start":
                Start(arguments[0], arguments[1], Number(arguments[2]), Number(arguments[3]), Number(arguments[4]));
                if (await Task.WhenAny(_address.Task, _run!).WaitAsync(ct) == _run) await _run;
                return await _address.Task;
            case "usage":
                return ProcessUsage.Now();
            case "finish":
                await _run!.WaitAsync(ct);
                return _rounds.Seconds;
            default:
                throw new ArgumentOutOfRangeException(nameof(order), order, null);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _stop.Cancel();
        if (_run is not null) await _run.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    void Start(string pki, string folder, int seats, int active, int rounds)
    {
        var experiment = new Experiment
        {
            Name = "bench",
            Dataset = "Digits",
            Model = "LogReg",
            Partition = "iid",
            Pruner = "none",
            Clients = seats,
            CohortFraction = (double)active / seats,
            Rounds = rounds,
            EvaluateEvery = rounds,
            EvaluationFraction = 1.0 / seats,
            LocalEpochs = 1,
        };
        var options = new ServerOptions
        {
            Listen = "127.0.0.1:0",
            Pki = pki,
            MinSamples = 1,
            Listening = address => _address.TrySetResult(address),
            Rules = new() { Timeout = TimeSpan.FromMinutes(1), MinClients = seats, Attempts = 1 },
        };
        _run = Task.Run(() => NetworkServer.Run(
            experiment, (settled, all) => ServerData.Of(FederatedData.Load(settled, DataLocations.Of(new()), all, _stop.Token)), options,
            new RunOptions { ResultPath = folder, Workers = 1 }, _rounds, TimeProvider.System, _stop.Token));
    }

    static int Number(string argument) => int.Parse(argument, CultureInfo.InvariantCulture);

    /// <summary>Notes the time of each round.</summary>
    sealed class Rounds : RunObserver
    {
        public List<double> Seconds { get; } = [];

        public override void RoundDone(RoundReport report) => Seconds.Add(report.Seconds);
    }
}
