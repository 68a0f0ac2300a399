using System.Net;

namespace AutoFlip.Grpc;

/// <summary>Runs with faults, bounded in number and time. Every run must end with the model of the unbroken one, or, if replies were lost,
/// with that of its replay.</summary>
public static class ChaosSuite
{
    /// <summary>Deadline of a task, in seconds.</summary>
    public const int RoundSeconds = ChaosSetup.RoundSeconds;

    const int Rounds = 3;

    /// <summary>Carries out runs one after another.</summary>
    /// <param name="program">The program of the processes and its first arguments.</param>
    /// <param name="runs">Runs at most.</param>
    /// <param name="seed">Chooses their order and rounds.</param>
    /// <param name="limit">Time after which no further run begins.</param>
    /// <param name="isAsked">The faults and moments that are wanted.</param>
    /// <param name="done">Receives each outcome, and the folder of a run that was not as it should be, which is kept.</param>
    /// <param name="time">The clock.</param>
    /// <param name="ct">Stops it.</param>
    public static async Task<ChaosReport> RunAsync(
        IReadOnlyList<string> program, int runs, ulong seed, TimeSpan limit, Func<ChaosFault, ChaosMoment, bool> isAsked,
        Action<ChaosOutcome, string?> done, TimeProvider time, CancellationToken ct)
    {
        var started = time.GetTimestamp();
        var folder = Directory.CreateTempSubdirectory("autoflip-chaos").FullName;
        var outcomes = new List<ChaosOutcome>();
        try
        {
            RunSummary Unbroken(WireFormat wire) => Simulation.Run(
                Digits with { WireUp = wire, WireDown = wire },
                new RunOptions { ResultPath = Path.Combine(folder, "unbroken"), Workers = 1 }, RunObserver.None, time, ct);
            var setup = new ChaosSetup(
                program, Unbroken(WireFormat.Int8), Unbroken(WireFormat.Fp32), Issue(Path.Combine(folder, "pki"), time), time);
            var leftOut = LeftOut(Path.Combine(folder, "disk"));
            bool IsRun(ChaosFault fault, ChaosMoment moment) => !leftOut.ContainsKey(fault) && isAsked(fault, moment);
            foreach (var cell in ChaosCell.Of(seed, runs, Rounds, IsRun))
            {
                if (time.GetElapsedTime(started) >= limit) break;
                var own = Directory.CreateDirectory(Path.Combine(folder, $"{outcomes.Count}")).FullName;
                await using (var run = new ChaosRun(setup, cell, own)) outcomes.Add(await run.RunAsync(ct));
                var isKept = outcomes[^1].Problem is not null;
                if (isKept) Directory.Move(own, own = Directory.CreateTempSubdirectory("autoflip-chaos-").FullName + "/run");
                else Directory.Delete(own, recursive: true);
                done(outcomes[^1], isKept ? own : null);
            }
            return new(outcomes, leftOut);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    static Experiment Digits => new()
    {
        Name = "chaos",
        Dataset = "Digits",
        Clients = ChaosSetup.Seats,
        CohortFraction = 1,
        Rounds = Rounds,
        LocalEpochs = 1,
        Partition = "iid",
    };

    static PkiFolder Issue(string path, TimeProvider time)
    {
        var folder = new PkiFolder(path);
        Authority.Create(folder, passphrase: null, time);
        using var authority = Authority.Open(folder, passphrase: null, time);
        authority.IssueServer(ChaosFederation.Peers[0], ["localhost"], [IPAddress.Loopback], Authority.DefaultValidity);
        foreach (var client in ChaosFederation.Peers.Skip(1)) authority.IssueClient(client, seat: null, Authority.DefaultValidity);
        return folder;
    }

    /// <summary>Faults that this machine cannot have, and why.</summary>
    static Dictionary<ChaosFault, string> LeftOut(string probe)
    {
        var leftOut = new Dictionary<ChaosFault, string>();
        if (OperatingSystem.IsWindows()) leftOut[ChaosFault.StopClient] = "Windows has no SIGSTOP.";
        using (var disk = ChaosDisk.TryMount(probe))
            if (disk is null)
                leftOut[ChaosFault.FullServerDisk] = leftOut[ChaosFault.FullClientDisk] = "mounting a disk in memory needs Linux and root.";
        if (!ChaosClock.IsInstalled)
            leftOut[ChaosFault.ClockAhead] = leftOut[ChaosFault.ClockBehind] = "libfaketime is not installed.";
        return leftOut;
    }
}

/// <summary>Outcomes of chaos runs.</summary>
/// <param name="Outcomes">The runs in their order.</param>
/// <param name="LeftOut">Faults that were left out, and why.</param>
public sealed record ChaosReport(IReadOnlyList<ChaosOutcome> Outcomes, IReadOnlyDictionary<ChaosFault, string> LeftOut);
