using System.Net;
using System.Net.Sockets;

namespace AutoFlip.Grpc;

/// <summary>Outcome of a chaos run.</summary>
/// <param name="Cell">The fault and its moment.</param>
/// <param name="Missing">Replies that did not count.</param>
/// <param name="Seconds">Its duration.</param>
/// <param name="WasReached">True if the fault happened: a run may end before its moment is seen.</param>
/// <param name="Problem">What was wrong; null if all was as it should be.</param>
public sealed record ChaosOutcome(ChaosCell Cell, int Missing, double Seconds, bool WasReached, string? Problem);

/// <summary>A server, a client behind a <see cref="FaultProxy"/> (seats 0 and 1) and one beside it (seats 2 and 3), as processes on
/// loopback; and one fault.</summary>
/// <param name="suite">What all runs share.</param>
/// <param name="cell">The fault.</param>
/// <param name="folder">An empty folder.</param>
sealed class ChaosRun(ChaosSuite suite, ChaosCell cell, string folder) : IAsyncDisposable
{
    static readonly TimeSpan Look = TimeSpan.FromMilliseconds(10), MomentLimit = TimeSpan.FromSeconds(60), Short = TimeSpan.FromSeconds(2),
        EndLimit = TimeSpan.FromSeconds(150), Late = TimeSpan.FromSeconds(5);

    readonly int _port = FreePort();
    readonly List<ChaosProcess> _processes = [];
    FaultProxy? _proxy;
    ChaosProcess? _server, _victim, _other;

    string? Run =>
        Path.Combine(folder, "net") is var runs && Directory.Exists(runs) ? Directory.GetDirectories(runs).FirstOrDefault() : null;

    /// <summary>Carries it out.</summary>
    public async Task<ChaosOutcome> RunAsync(CancellationToken ct)
    {
        var started = suite.Time.GetTimestamp();
        _server = Start(["server", suite.Experiment, .. ServerArguments, "--result-path", Path.Combine(folder, "net")]);
        _proxy = new FaultProxy(new(IPAddress.Loopback, _port), suite.Time);
        _victim = Victim();
        _other = Start(Client(_port, "other", "2-3"));
        var wasReached = await MomentAsync(ct);
        if (wasReached) await FaultAsync(ct);
        _proxy.Faults = Faults.None;
        var problem = await ProblemAsync(ct);
        return new(cell, Missing, suite.Time.GetElapsedTime(started).TotalSeconds, wasReached, problem);
    }

    int Missing => Run is { } run
        ? Inbox.Records(new ServerFiles(Path.Combine(run, NetworkFolder.Name))).Sum(task => task.Missing.Count) : 0;

    string[] ServerArguments =>
    [
        "--listen", $"127.0.0.1:{_port}", "--insecure", "--min-clients", "2", "--min-samples", "1", "--round-attempts", "10",
        "--round-timeout", $"{ChaosSuite.RoundSeconds}s", "--start-timeout", "2m", "--quiet",
    ];

    string[] Client(int port, string name, string seats) =>
    [
        "client", "--server", $"http://127.0.0.1:{port}", "--insecure", "--name", name, "--seats", seats,
        "--state", Path.Combine(folder, name), "--once", "--workers", "1",
    ];

    ChaosProcess Victim() => Start(Client(_proxy!.Address.Port, "victim", "0-1"));

    ChaosProcess Start(string[] arguments)
    {
        var process = new ChaosProcess(suite.Program, arguments);
        _processes.Add(process);
        return process;
    }

    async Task<bool> MomentAsync(CancellationToken ct)
    {
        bool Trains() => _victim!.Lines.Any(line => line.Contains($"Round {cell.Round}: seat ", StringComparison.Ordinal)
            && line.EndsWith("begins to train.", StringComparison.Ordinal));
        if (cell.Moment is ChaosMoment.Uploading or ChaosMoment.BeforeReceipt)
        {
            if (!await UntilAsync(Trains, ct)) return false;
            _proxy!.Faults = cell.Moment == ChaosMoment.Uploading
                ? new() { BytesPerSecond = 400_000 }
                : new() { HoldsAnswers = true };
        }
        return await UntilAsync(
            cell.Moment switch
            {
                ChaosMoment.Joining => () => _proxy!.Open > 0,
                ChaosMoment.Fetching => () => Events("task_opened") > 0,
                ChaosMoment.Training => Trains,
                ChaosMoment.Uploading => () => Files("*.partial").Any(path => Path.GetFileName(path)[..6] is "000000" or "000001"),
                ChaosMoment.BeforeReceipt => () => Events("stored", 0) + Events("stored", 1) > 0,
                ChaosMoment.BeforeCommit => () => Events("stored") >= ChaosSuite.Seats,
                _ => () => Run is { } run && Lines(Path.Combine(run, "rounds.jsonl")).Length >= cell.Round,
            },
            ct);
    }

    async Task FaultAsync(CancellationToken ct)
    {
        switch (cell.Fault)
        {
            case ChaosFault.KillClient or ChaosFault.KillServer or ChaosFault.KillBoth:
                if (cell.Fault != ChaosFault.KillClient) _server!.Kill();
                if (cell.Fault != ChaosFault.KillServer) _victim!.Kill();
                _proxy!.Faults = Faults.None;
                if (cell.Fault != ChaosFault.KillClient)
                    _server = Run is { } run && File.Exists(Path.Combine(run, ExperimentFile.FileName))
                        ? Start(["server", "--resume", run, .. ServerArguments])
                        : Start(["server", suite.Experiment, .. ServerArguments, "--result-path", Path.Combine(folder, "net")]);
                if (cell.Fault != ChaosFault.KillServer) _victim = Victim();
                break;
            case ChaosFault.Reset:
                _proxy!.Reset();
                break;
            case ChaosFault.HalfClose:
                _proxy!.HalfClose();
                break;
            case ChaosFault.ShortInterruption:
                _proxy!.Faults = new() { IsBlackHole = true };
                await Task.Delay(Short, suite.Time, ct);
                break;
            case ChaosFault.LongInterruption:
                _proxy!.Faults = new() { IsBlackHole = true };
                await UntilAsync(() => Missing > 0 || _server!.HasExited, ct);
                break;
            case ChaosFault.Damage:
                _proxy!.Faults = new() { FlipAt = 3000, CutAfter = 200_000 };
                _proxy.Reset();
                await Task.Delay(Short, suite.Time, ct);
                break;
        }
    }

    /// <summary>The fault at the end of the run; null if there is none.</summary>
    async Task<string?> ProblemAsync(CancellationToken ct)
    {
        var ended = await _server!.ExitAsync(EndLimit, ct);
        if (ended != 0) return $"the server {Ended(ended)}: {_server.Lines.LastOrDefault(line => line.Length > 0)}";
        foreach (var (name, client) in ((string, ChaosProcess)[])[("client behind the proxy", _victim!), ("other client", _other!)])
            if (await client.ExitAsync(EndLimit, ct) is not 0 and var code)
                return $"the {name} {Ended(code)}: {client.Lines.LastOrDefault(line => line.Length > 0)}";
        var run = RunRecord.Load(Run!);
        var missing = Missing;
        if (missing == 0 && run.Summary!.ModelSha256 != suite.Unbroken)
            return "no reply is missing, and the model is not the unbroken run's.";
        if (missing > 0)
        {
            var options = new RunOptions { ResultPath = Path.Combine(folder, "replay"), Workers = 1 };
            var replay = Replay.Run(Run!, options, RunObserver.None, suite.Time, ct);
            if (!replay.IsEqual) return $"{missing} replies are missing, and the model is not the replay's.";
        }
        var most = TimeSpan.FromSeconds(ChaosSuite.RoundSeconds) + Late;
        if (run.Rounds.FirstOrDefault(round => round.Seconds > 3 * most.TotalSeconds) is { } late) // a task each: train, evaluate, again
            return $"round {late.Round} took {late.Seconds:0} s.";
        if (Files("*.reply").Concat(Files("*.partial")).Any())
            return "replies are left in the inbox.";
        return Directory.GetDirectories(folder).Where(state => Path.GetFileName(state) is "victim" or "other")
            .SelectMany(Directory.GetFileSystemEntries).FirstOrDefault() is { } left ? $"a client has left '{left}'." : null;
    }

    static string Ended(int? code) => code is { } number ? $"ended with exit code {number}" : "did not end";

    int Events(string name, int? seat = null) => Run is not { } run ? 0 : Lines(Path.Combine(run, NetworkFolder.Name, AuditLog.FileName))
        .Count(line => line.Contains($"\"event\":\"{name}\",\"round\":{cell.Round},", StringComparison.Ordinal)
            && (seat is null || line.Contains($"\"seat\":{seat},", StringComparison.Ordinal)));

    IEnumerable<string> Files(string pattern)
    {
        try
        {
            return Run is { } run ? Directory.GetFiles(Path.Combine(run, NetworkFolder.Name), pattern, SearchOption.AllDirectories) : [];
        }
        catch (IOException) // a folder that is being deleted
        {
            return [];
        }
    }

    static string[] Lines(string path)
    {
        if (!File.Exists(path)) return [];
        using var reader = new StreamReader(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete));
        return reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    async Task<bool> UntilAsync(Func<bool> condition, CancellationToken ct)
    {
        for (var started = suite.Time.GetTimestamp(); suite.Time.GetElapsedTime(started) < MomentLimit && !_server!.HasExited;)
        {
            if (condition()) return true;
            await Task.Delay(Look, suite.Time, ct);
        }
        return condition();
    }

    static int FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var process in _processes) process.Dispose();
        if (_proxy is not null) await _proxy.DisposeAsync();
    }
}
