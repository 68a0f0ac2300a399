using System.Globalization;
using System.Text;
using System.Text.Json;
using AutoFlip.Grpc;

namespace AutoFlip.Cli;

/// <summary><c>autoflip chaos</c>: runs over loopback with faults of processes and connections.</summary>
sealed class ChaosCommand : ICommand
{
    /// <inheritdoc/>
    public string Name => "chaos";

    /// <inheritdoc/>
    public string Usage => "chaos [options]";

    /// <inheritdoc/>
    public string Summary => "Test runs over a network with faults.";

    /// <inheritdoc/>
    public string Details => """
        Runs servers and clients as processes on loopback, kills and stops them, fills their disks,
        shifts their clocks, revokes their certificates, and interrupts, resets and damages their
        connections, each fault at each moment of a round. A run must end with the model of the run
        without faults; if replies were lost, with that of its replay. No task may be open for longer
        than its deadline and 5 s, no reply may be stored twice, and nothing may be left behind.
        Exit code 0: all runs did; 4: some did not, and their folders are kept. Ends by itself.
        """;

    /// <inheritdoc/>
    public IReadOnlyList<Setting> Settings =>
    [
        .. Cli.Settings.Grouped(SettingGroup.Network,
        [
            Setting.Of((NetworkOptions n) => n.Runs, "--runs", "N", "Number of runs at most."),
            Setting.Of((NetworkOptions n) => n.Seconds, "--seconds", "N", "Time after which no further run begins."),
            Setting.Of(
                (NetworkOptions n) => n.Only, "--only", "FAULT[/MOMENT]", "One fault, such as kill-client or kill-client/uploading."),
            Setting.Of((ShipOptions s) => s.Output, "--output -o", "FILE", "Report in Markdown. Default: none."),
        ]),
        .. Cli.Settings.All.Where(setting => setting.Name == "--seed"),
    ];

    /// <inheritdoc/>
    public ExitCode Invoke(CommandLine line, Host host)
    {
        var (request, words, warnings) = line.Over(new Request());
        foreach (var warning in warnings) host.Warn(warning);
        if (words is not []) throw AutoFlipException.BadRequest($"chaos: '{words[0]}' is not accepted; options are.");
        if (request.Network.Runs < 1 || request.Network.Seconds < 1)
            throw AutoFlipException.BadRequest("chaos: --runs and --seconds are whole numbers of at least 1.");
        var report = ChaosSuite.RunAsync(
            Program, request.Network.Runs, (ulong)request.Experiment.Seed, TimeSpan.FromSeconds(request.Network.Seconds),
            Asked(request.Network.Only), Print, host.Time, host.Cancel).GetAwaiter().GetResult();
        foreach (var (fault, reason) in report.LeftOut) host.Warn($"Left out: {Words(fault)}, because {reason}");
        if (request.Ship.Output is { } file) AtomicFile.Write(file, Report(request, report));
        var failed = report.Outcomes.Count(outcome => outcome.Problem is not null);
        return failed == 0 ? ExitCode.Done
            : throw AutoFlipException.RunFailed(
                $"{failed} of {report.Outcomes.Count} runs did not end as they should; the lines above name the reasons.");

        void Print(ChaosOutcome outcome, string? kept)
        {
            host.Print(Text(outcome));
            if (kept is not null) host.Print($"  kept in {kept}");
        }
    }

    static IReadOnlyList<string> Program =>
        Environment.ProcessPath is { } path && Path.GetFileNameWithoutExtension(path) != "dotnet"
            ? [path]
            : [Environment.ProcessPath ?? "dotnet", Environment.GetCommandLineArgs()[0]];

    /// <summary>The cells that <c>--only</c> names.</summary>
    static Func<ChaosFault, ChaosMoment, bool> Asked(string? only)
    {
        if (only is null) return (_, _) => true;
        bool IsAsked(ChaosFault fault, ChaosMoment moment) => only == Spelled(fault) || only == $"{Spelled(fault)}/{Spelled(moment)}";
        return ChaosCell.All.Any(cell => IsAsked(cell.Fault, cell.Moment)) ? IsAsked
            : throw AutoFlipException.BadRequest(
                $"chaos --only: '{only}' is not accepted. Accepted: a fault, or fault/moment. Faults: "
                + $"{string.Join(", ", Enum.GetValues<ChaosFault>().Skip(1).Select(fault => Spelled(fault)))}. Moments: "
                + $"{string.Join(", ", Enum.GetValues<ChaosMoment>().Select(moment => Spelled(moment)))}.");
    }

    static string Text(ChaosOutcome outcome) => string.Create(
        CultureInfo.InvariantCulture,
        $"{Words(outcome.Cell.Fault)}, {Words(outcome.Cell.Moment)}, round {outcome.Cell.Round}, {Connection(outcome)}: "
        + $"{Verdict(outcome)} ({outcome.Seconds:0} s)");

    static string Connection(ChaosOutcome outcome) => outcome.Cell.IsSecure ? "TLS" : "plain";

    static string Verdict(ChaosOutcome outcome) =>
        outcome.Problem ?? (outcome.WasReached ? "" : "the moment was not reached; ")
            + (outcome.IsReplay ? $"equal to its replay without {outcome.Missing} replies" : "equal model");

    static string Spelled(Enum value) => JsonNamingPolicy.KebabCaseLower.ConvertName(value.ToString());

    static string Words(Enum value) => Spelled(value).Replace('-', ' ');

    static string Report(Request request, ChaosReport report)
    {
        const double Mega = 1e6;
        var outcomes = report.Outcomes;
        int Count(Func<ChaosOutcome, bool> condition) => outcomes.Count(condition);
        var text = new StringBuilder();
        text.AppendLine("# Runs over a network with faults").AppendLine();
        text.AppendLine(CultureInfo.InvariantCulture,
            $"`autoflip chaos --runs {request.Network.Runs} --seed {request.Experiment.Seed} --seconds {request.Network.Seconds}`, "
            + $"version {ExperimentFile.ProgramVersion}, {Environment.ProcessorCount} cores.").AppendLine();
        text.AppendLine(CultureInfo.InvariantCulture,
            $"""
            | | runs |
            |---|---:|
            | all | {outcomes.Count} |
            | as they should be | {Count(outcome => outcome.Problem is null)} |
            | model of the unbroken run | {Count(outcome => outcome is { Problem: null, IsReplay: false })} |
            | replies lost, model of the replay | {Count(outcome => outcome is { Problem: null, IsReplay: true })} |
            | ended before the fault | {Count(outcome => !outcome.WasReached)} |
            """).AppendLine();
        text.AppendLine(
            "A server and two client processes with two clients each on loopback, Digits, 3 rounds, 8-bit messages, "
            + $"{ChaosSuite.RoundSeconds} s a task. The client with the fault is behind a proxy. A run is as it should be if all "
            + "processes end with the exit code that the fault asks for, the model is the unbroken run's or that of `autoflip replay`, "
            + "no task was open for longer than its deadline and 5 s, no reply was stored twice, no process computed a task twice, no "
            + "private key is in any output, argument, environment or file, and no reply or client's file is left.");
        text.AppendLine().AppendLine("| fault | moment | round | connection | result | server, MB | s |");
        text.AppendLine("|---|---|---:|---|---|---:|---:|");
        foreach (var outcome in outcomes)
            text.AppendLine(CultureInfo.InvariantCulture,
                $"| {Words(outcome.Cell.Fault)} | {Words(outcome.Cell.Moment)} | {outcome.Cell.Round} | {Connection(outcome)} "
                + $"| {Verdict(outcome)} | {outcome.ServerBytes / Mega:0} | {outcome.Seconds:0} |");
        foreach (var (fault, reason) in report.LeftOut)
            text.AppendLine().AppendLine($"Left out: {Words(fault)}, because {reason}");
        return text.ToString();
    }
}
