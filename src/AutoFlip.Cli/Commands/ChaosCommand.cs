using System.Globalization;
using System.Text;
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
        Runs servers and clients as processes on loopback, kills them, and interrupts, resets and
        damages their connections, each fault at each moment of a round. A run must end with the model
        of the run without faults; if replies were lost, with that of its replay. Exit code 0: all
        runs did; 4: some did not. Ends by itself and leaves nothing behind but the report.
        """;

    /// <inheritdoc/>
    public IReadOnlyList<Setting> Settings =>
    [
        .. Cli.Settings.Grouped(SettingGroup.Network,
        [
            Setting.Of((NetworkOptions n) => n.Runs, "--runs", "N", "Number of runs at most."),
            Setting.Of((NetworkOptions n) => n.Seconds, "--seconds", "N", "Time after which no further run begins."),
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
        var outcomes = ChaosSuite.RunAsync(
            Program, request.Network.Runs, (ulong)request.Experiment.Seed, TimeSpan.FromSeconds(request.Network.Seconds),
            outcome => host.Print(Text(outcome)), host.Time, host.Cancel).GetAwaiter().GetResult();
        var failed = outcomes.Count(outcome => outcome.Problem is not null);
        if (request.Ship.Output is { } file) AtomicFile.Write(file, Report(request, outcomes));
        return failed == 0 ? ExitCode.Done
            : throw AutoFlipException.RunFailed(
                $"{failed} of {outcomes.Count} runs did not end as they should; the lines above name the reasons.");
    }

    static IReadOnlyList<string> Program =>
        Environment.ProcessPath is { } path && Path.GetFileNameWithoutExtension(path) != "dotnet"
            ? [path]
            : [Environment.ProcessPath ?? "dotnet", Environment.GetCommandLineArgs()[0]];

    static string Text(ChaosOutcome outcome) => string.Create(
        CultureInfo.InvariantCulture,
        $"{Words(outcome.Cell.Fault)}, {Words(outcome.Cell.Moment)}, round {outcome.Cell.Round}: "
        + $"{Verdict(outcome)} ({outcome.Seconds:0} s)");

    static string Verdict(ChaosOutcome outcome) =>
        outcome.Problem ?? (!outcome.WasReached ? "the moment was not reached; equal model"
            : outcome.Missing == 0 ? "equal model" : $"equal to its replay without {outcome.Missing} replies");

    static string Words(Enum value) =>
        string.Concat(value.ToString().Select(letter => char.IsUpper(letter) ? $" {char.ToLowerInvariant(letter)}" : $"{letter}")).Trim();

    static string Report(Request request, IReadOnlyList<ChaosOutcome> outcomes)
    {
        var text = new StringBuilder();
        text.AppendLine("# Runs over a network with faults").AppendLine();
        text.AppendLine(CultureInfo.InvariantCulture,
            $"`autoflip chaos --runs {request.Network.Runs} --seed {request.Experiment.Seed} --seconds {request.Network.Seconds}`, "
            + $"version {ExperimentFile.ProgramVersion}, {Environment.ProcessorCount} cores. Runs: {outcomes.Count}; "
            + $"as they should: {outcomes.Count(outcome => outcome.Problem is null)}; "
            + $"of these with lost replies, equal to the replay: {outcomes.Count(outcome => outcome is { Problem: null, Missing: > 0 })}; "
            + $"moment not reached: {outcomes.Count(outcome => !outcome.WasReached)}.").AppendLine();
        text.AppendLine(
            "A server and two client processes with two clients each on loopback, Digits, 3 rounds, 8-bit messages, "
            + $"{ChaosSuite.RoundSeconds} s a round.");
        text.AppendLine().AppendLine("| fault | moment | round | result | s |").AppendLine("|---|---|---:|---|---:|");
        foreach (var outcome in outcomes)
            text.AppendLine(CultureInfo.InvariantCulture,
                $"| {Words(outcome.Cell.Fault)} | {Words(outcome.Cell.Moment)} | {outcome.Cell.Round} "
                + $"| {Verdict(outcome)} | {outcome.Seconds:0} |");
        return text.ToString();
    }
}
