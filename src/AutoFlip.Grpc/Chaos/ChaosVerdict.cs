using System.Globalization;

namespace AutoFlip.Grpc;

/// <summary>Verdict on a run with a fault: its model, its records, and what it has left behind.</summary>
/// <param name="setup">What all runs share.</param>
/// <param name="cell">The fault.</param>
/// <param name="peers">The processes and their files.</param>
/// <param name="replay">Folder for the replay.</param>
sealed class ChaosVerdict(ChaosSetup setup, ChaosCell cell, ChaosFederation peers, string replay)
{
    static readonly TimeSpan EndLimit = TimeSpan.FromSeconds(150), Late = TimeSpan.FromSeconds(5);

    bool _isLeft; // a client keeps what it has for the run that it has lost

    /// <summary>Largest memory of the server's last process, once the verdict is there.</summary>
    public long ServerBytes { get; private set; }

    /// <summary>True if replies did not count, or clients reported that they failed, once the verdict is there.</summary>
    public bool IsReplay { get; private set; }

    /// <summary>The fault at the end of the run; null if there is none.</summary>
    public async Task<string?> ProblemAsync(CancellationToken ct)
    {
        var secret = cell.IsSecure ? new ChaosSecrets(peers.Pki) : null;
        if (secret?.Found(peers.Shown, []) is { } shown) return shown; // arguments and environment, while there are processes
        if (await EndProblemAsync("server", peers.Server, 0, ct) is { } ofServer) return ofServer;
        if (cell.Fault != ChaosFault.Revocation && await EndProblemAsync("client behind the proxy", peers.Victim, 0, ct) is { } ofVictim)
            return ofVictim;
        if (await EndProblemAsync("other client", peers.Other, 0, ct) is { } ofOther) return ofOther;
        return ModelProblem(ct) ?? RecordProblem() ?? secret?.Found(peers.Shown, peers.PublicFolders) ?? LeftProblem();
    }

    async Task<string?> EndProblemAsync(string name, ChaosProcess process, int expected, CancellationToken ct)
    {
        var code = await process.ExitAsync(EndLimit, ct);
        // the run went on without it, and its server has ended before it was back
        var isLeft = code == 4 && peers.Missing > 0 && process.LastLine?.Contains("has not answered for", StringComparison.Ordinal) == true;
        _isLeft |= isLeft;
        return code == expected || isLeft ? null : code is null ? $"the {name} did not end: {process.LastLine}"
            : string.Create(CultureInfo.InvariantCulture, $"the {name} ended with exit code {code}: {process.LastLine}");
    }

    string? ModelProblem(CancellationToken ct)
    {
        var run = RunRecord.Load(peers.Run!);
        ServerBytes = run.Rounds[^1].PeakRssBytes;
        var missing = peers.Missing;
        IsReplay = missing > 0 || run.Rounds.Any(round => round.Failures.Length > 0);
        if (!IsReplay)
            return run.Summary!.ModelSha256 == setup.Unbroken(cell).ModelSha256
                ? null : "no reply is missing, and the model is not the unbroken run's.";
        var options = new RunOptions { ResultPath = replay, Workers = 1 };
        return Replay.Run(peers.Run!, options, RunObserver.None, setup.Time, ct).IsEqual ? null : string.Create(
            CultureInfo.InvariantCulture, $"{missing} replies are missing, and the model is not the replay's.");
    }

    string? RecordProblem()
    {
        var audit = peers.Audit;
        var ofAudit = ChaosRecords.StoredTwice(audit)
            ?? (cell.Fault == ChaosFault.FullServerDisk ? null // lines of the log are lost then
                : ChaosRecords.Late(audit, TimeSpan.FromSeconds(peers.Deadline) + Late));
        if (ofAudit is not null) return ofAudit;
        return cell.Fault == ChaosFault.SecondProcess ? null // it has not the mask, and is sent the task again with it
            : peers.Clients.Select(ChaosRecords.ComputedTwice).FirstOrDefault(twice => twice is not null);
    }

    string? LeftProblem() =>
        peers.Replies("*.reply").Concat(peers.Replies("*.partial")).Any() ? "replies are left in the inbox."
        : !_isLeft && cell.Fault is not (ChaosFault.Revocation or ChaosFault.SecondProcess) && peers.LeftByClients is { } left
            ? $"a client has left '{left}'."
        : null;
}
