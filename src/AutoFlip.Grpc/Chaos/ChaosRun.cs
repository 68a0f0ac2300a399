using System.Globalization;

namespace AutoFlip.Grpc;

/// <summary>Outcome of a chaos run.</summary>
/// <param name="Cell">The fault and its moment.</param>
/// <param name="Missing">Replies that did not count.</param>
/// <param name="IsReplay">True if its model is compared with its replay's and not with the unbroken run's.</param>
/// <param name="Seconds">Its duration.</param>
/// <param name="ServerBytes">Largest memory of the server's last process.</param>
/// <param name="WasReached">True if the fault happened: a run may end before its moment is seen.</param>
/// <param name="Problem">What was wrong; null if all was as it should be.</param>
public sealed record ChaosOutcome(
    ChaosCell Cell, int Missing, bool IsReplay, double Seconds, long ServerBytes, bool WasReached, string? Problem);

/// <summary>A run with one fault.</summary>
/// <param name="setup">What all runs share.</param>
/// <param name="cell">The fault.</param>
/// <param name="folder">An empty folder.</param>
sealed class ChaosRun(ChaosSetup setup, ChaosCell cell, string folder) : IAsyncDisposable
{
    const int KillsOfClient = 20, KillsOfServer = 3;

    static readonly TimeSpan MomentLimit = TimeSpan.FromSeconds(60), Short = TimeSpan.FromSeconds(2), Settling = TimeSpan.FromSeconds(4);

    readonly ChaosFederation _peers = new(setup, cell, folder);
    bool _wasReached;

    /// <summary>Carries it out.</summary>
    public async Task<ChaosOutcome> RunAsync(CancellationToken ct)
    {
        var started = setup.Time.GetTimestamp();
        _wasReached = await MomentAsync(ct);
        var problem = _wasReached ? await FaultAsync(ct) : null;
        _peers.Proxy.Faults = Faults.None;
        var verdict = new ChaosVerdict(setup, cell, _peers, Path.Combine(folder, "replay"));
        problem ??= await verdict.ProblemAsync(ct);
        return new(
            cell, _peers.Missing, verdict.IsReplay, setup.Time.GetElapsedTime(started).TotalSeconds, verdict.ServerBytes, _wasReached,
            problem);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _peers.DisposeAsync();

    async Task<bool> MomentAsync(CancellationToken ct)
    {
        Task<bool> UntilAsync(Func<bool> condition) => _peers.UntilAsync(condition, MomentLimit, ct);
        if (cell.Moment is ChaosMoment.Uploading or ChaosMoment.BeforeReceipt or ChaosMoment.Closing)
        {
            if (!await UntilAsync(Trains)) return false;
            _peers.Proxy.Faults = cell.Moment switch
            {
                ChaosMoment.Uploading => new() { BytesPerSecond = 400_000 },
                ChaosMoment.BeforeReceipt => new() { HoldsAnswers = true },
                _ => new() { IsBlackHole = true },
            };
        }
        return await UntilAsync(cell.Moment switch
        {
            ChaosMoment.Joining => () => _peers.Proxy.Open > 0,
            ChaosMoment.Fetching => () => Events("task_opened") > 0,
            ChaosMoment.Training => Trains,
            ChaosMoment.Uploading => () => _peers.Replies("*.partial")
                .Any(path => Path.GetFileName(path)[..6] is "000000" or "000001"),
            ChaosMoment.BeforeReceipt => () => Events("stored", 0) + Events("stored", 1) > 0,
            ChaosMoment.Closing => () => _peers.Missing > 0,
            ChaosMoment.BeforeCommit => () => Events("stored") >= ChaosSetup.Seats,
            _ => () => _peers.Committed >= cell.Round,
        });
    }

    /// <summary>Makes the fault.</summary>
    /// <returns>What was wrong at once; null if nothing was.</returns>
    async Task<string?> FaultAsync(CancellationToken ct)
    {
        var proxy = _peers.Proxy;
        if (cell.Fault is not (ChaosFault.Reset or ChaosFault.HalfClose)) proxy.Faults = Faults.None;
        switch (cell.Fault)
        {
            case ChaosFault.KillClient or ChaosFault.KillServer or ChaosFault.KillBoth:
                if (cell.Fault != ChaosFault.KillClient) _peers.Server.Kill();
                if (cell.Fault != ChaosFault.KillServer) _peers.Victim.Kill();
                if (cell.Fault != ChaosFault.KillClient) _peers.StartServer();
                if (cell.Fault != ChaosFault.KillServer) _peers.StartVictim();
                return null;
            case ChaosFault.KillClientTwentyTimes:
                return await KillClientAsync(ct);
            case ChaosFault.KillServerThreeTimes:
                for (var kill = 1; kill <= KillsOfServer; kill++)
                {
                    var opened = Opened;
                    _peers.Server.Kill();
                    _peers.StartServer();
                    await _peers.UntilAsync(() => Opened > opened, MomentLimit, ct);
                }
                return null;
            case ChaosFault.StopClient:
                _peers.Victim.Stop(isStopped: true);
                await UntilMissingAsync(ct);
                _peers.Victim.Stop(isStopped: false);
                return null;
            case ChaosFault.Reset:
                proxy.Reset();
                return null;
            case ChaosFault.HalfClose:
                proxy.HalfClose();
                return null;
            case ChaosFault.ShortInterruption:
                proxy.Faults = new() { IsBlackHole = true };
                await Task.Delay(Short, setup.Time, ct);
                return null;
            case ChaosFault.LongInterruption:
                proxy.Faults = new() { IsBlackHole = true };
                await UntilMissingAsync(ct);
                return null;
            case ChaosFault.Damage:
                proxy.Faults = new() { FlipAt = 3000, CutAfter = 200_000 };
                proxy.Reset();
                await Task.Delay(Short, setup.Time, ct);
                return null;
            case ChaosFault.SecondProcess:
                return await ReplaceAsync(ct);
            case ChaosFault.Revocation:
                return await RevokeAsync(ct);
            case ChaosFault.FullServerDisk or ChaosFault.FullClientDisk:
                return await FillDiskAsync(ct);
            default:
                return null;
        }
    }

    /// <summary>Waits until one more reply was given up.</summary>
    Task<bool> UntilMissingAsync(CancellationToken ct)
    {
        var before = _peers.Missing;
        return _peers.UntilAsync(() => _peers.Missing > before, MomentLimit, ct);
    }

    async Task<string?> KillClientAsync(CancellationToken ct)
    {
        for (var kill = 1; kill <= KillsOfClient; kill++)
        {
            _peers.Victim.Kill();
            var started = _peers.StartVictim();
            if (!await _peers.UntilAsync(() => Prints(started, "Joined for"), MomentLimit, ct))
                return $"the client was killed {kill} times and did not join again: {started.LastLine}";
        }
        return _peers.Committed >= cell.Round ? "the round ended before the client was killed often enough." : null;
    }

    async Task<string?> ReplaceAsync(CancellationToken ct)
    {
        var older = _peers.Victim;
        var newer = _peers.StartVictim(_peers.SecondState);
        if (await older.ExitAsync(MomentLimit, ct) is 0) // the run ended before the newer one had joined
        {
            newer.Kill();
            (_wasReached, _peers.Victim) = (false, older);
            return null;
        }
        return Prints(older, EndReasons.Superseded) && await older.ExitAsync(Short, ct) is 4
            ? null : $"the older of two processes did not end with exit code 4 and the reason: {older.LastLine}";
    }

    async Task<string?> RevokeAsync(CancellationToken ct)
    {
        await _peers.RevokeAsync(ct);
        var victim = _peers.Victim;
        static bool IsEnd(string line) => line.Contains("\"event\":\"session_ended\"", StringComparison.Ordinal)
            && line.Contains("has been revoked", StringComparison.Ordinal);
        bool IsRefused() => Prints(victim, "revoked") || Prints(_peers.Server, "has been revoked") || _peers.Audit.Any(IsEnd);
        if (!await _peers.UntilAsync(IsRefused, Short, ct))
            return $"two seconds after its certificate was revoked, the client is not refused: {victim.LastLine}";
        if (await victim.ExitAsync(Settling, ct) is not null and var code)
            return code == 4 ? null : $"the revoked client did not end with exit code 4: {victim.LastLine}";
        var joined = $"\"event\":\"joined\",\"name\":\"{ChaosFederation.VictimName}\"";
        if (_peers.Audit.SkipWhile(line => !IsEnd(line)).Any(line => line.Contains(joined, StringComparison.Ordinal)))
            return $"the revoked client has joined again: {victim.LastLine}";
        victim.Kill(); // refused while it connects, which it is not told: it goes on trying
        return null;
    }

    /// <summary>Fills the disk. A process that ends for that reason is started again, as a service manager would.</summary>
    async Task<string?> FillDiskAsync(CancellationToken ct)
    {
        var ofServer = cell.Fault == ChaosFault.FullServerDisk;
        var owner = ofServer ? _peers.Server : _peers.Victim;
        _peers.IsDiskFull = true;
        var ended = await owner.ExitAsync(Settling, ct);
        _peers.IsDiskFull = false;
        ended ??= await owner.ExitAsync(Short, ct);
        if (ended is not (null or 0 or 4))
            return string.Create(
                CultureInfo.InvariantCulture, $"with a full disk, a process ended with exit code {ended}: {owner.LastLine}");
        if (ended is not 4) return null;
        if (!ofServer)
        {
            _peers.StartVictim();
            return null;
        }
        if (await _peers.Victim.ExitAsync(Short, ct) is not null) _peers.StartVictim(); // it was told that the run has failed
        if (await _peers.Other.ExitAsync(Short, ct) is not null) _peers.StartOther();
        _peers.StartServer();
        return null;
    }

    bool Trains() => _peers.Victim.Lines.Any(line =>
        line.Contains($"Round {cell.Round}: seat ", StringComparison.Ordinal)
        && line.EndsWith("begins to train.", StringComparison.Ordinal));

    int Opened => _peers.Audit.Count(line => line.Contains("\"event\":\"task_opened\"", StringComparison.Ordinal));

    int Events(string name, int? seat = null) => _peers.Audit.Count(line =>
        line.Contains($"\"event\":\"{name}\",\"round\":{cell.Round},", StringComparison.Ordinal)
        && (seat is null || line.Contains($"\"seat\":{seat},", StringComparison.Ordinal)));

    static bool Prints(ChaosProcess process, string text) => process.Lines.Any(line => line.Contains(text, StringComparison.Ordinal));
}
