using System.Collections.Immutable;

namespace AutoFlip.Cli;

/// <summary>The program: finds the command, runs it, and turns every end into an exit code.</summary>
static class App
{
    /// <summary>Runs a command line.</summary>
    /// <returns>A number of <see cref="ExitCode"/>.</returns>
    public static int Run(string[] arguments, Host host) => Run(arguments, host, Dispatch);

    /// <summary>Runs a program of one command, whose name is not typed.</summary>
    /// <returns>A number of <see cref="ExitCode"/>.</returns>
    internal static int Run(ICommand command, string[] arguments, Host host) =>
        Run(arguments, host, (words, world) => Invoke(command, words, world));

    static int Run(string[] arguments, Host host, Func<string[], Host, ExitCode> work)
    {
        var code = Guard(arguments, host, work);
        if (host.Out is not PrintableWriter { Failure: { } failure }) return code;
        host.Error.WriteLine(
            $"autoflip: standard output could not be written: {failure.Message.TrimEnd('.')}. The printed output is incomplete; "
            + "files are complete.");
        return code == (int)ExitCode.Done ? (int)ExitCode.RunFailed : code;
    }

    static int Guard(string[] arguments, Host host, Func<string[], Host, ExitCode> work)
    {
        var verbose = Settings.All.Single(setting => setting.Name == "--verbose").Spellings.Any(arguments.Contains);
        try
        {
            return (int)work(arguments, host);
        }
        catch (AutoFlipException failure)
        {
            foreach (var line in Spelling.Of(failure.Message).Split('\n')) host.Error.WriteLine($"autoflip: {line}");
            if (verbose) host.Error.WriteLine(failure);
            return (int)failure.Code;
        }
        catch (OperationCanceledException) when (host.Cancel.IsCancellationRequested)
        {
            host.Error.WriteLine("autoflip: interrupted.");
            return (int)ExitCode.Interrupted;
        }
        catch (Exception defect) // the last line of defence: whatever it is, its reader gets a sentence and a number
        {
            host.Error.WriteLine(
                $"autoflip: the run failed: {defect.Message}{(verbose ? "" : " Run it again with --verbose for details.")}");
            if (verbose) host.Error.WriteLine(defect);
            return (int)ExitCode.RunFailed;
        }
    }

    /// <summary>Every command, in the order of the overview.</summary>
    internal static ImmutableArray<ICommand> Commands { get; } =
    [
        new RunCommand(), new ResumeCommand(), new DemoCommand(), new ExperimentCommand(), new ReportCommand(), new PlotCommand(),
        new ExportCommand(), new PredictCommand(), new EvaluateCommand(), new ListCommand(), new DataCommand(),
        new ServerCommand(), new ClientCommand(), new PkiCommand(), new TokenCommand(), new ReplayCommand(), new ChaosCommand(),
        new WorkerCommand(),
    ];

    static ExitCode Dispatch(string[] arguments, Host host)
    {
        var commands = Commands;
        if (arguments is [] or ["help"] or ["--help" or "-h" or "-?"]) return Overview(host, commands);
        if (arguments is ["--version"] or ["help", "--markdown"])
        {
            if (arguments.Length == 1) host.Out.WriteLine($"autoflip {ExperimentFile.ProgramVersion}");
            else host.Out.Write(OptionPage.Write(commands));
            return ExitCode.Done;
        }
        if (arguments is ["help", var name, .. var about]) arguments = [name, "--help", .. about];
        var chosen = commands.FirstOrDefault(command => command.Name == arguments[0]) ?? throw AutoFlipException.BadRequest(
            $"There is no command '{arguments[0]}'.{Nearest.Hint(arguments[0], commands.Select(command => command.Name))} "
            + $"Accepted: {string.Join(", ", commands.Select(command => command.Name))}. See 'autoflip --help'.");
        return Invoke(chosen, arguments[1..], host);
    }

    static ExitCode Invoke(ICommand command, string[] words, Host host)
    {
        if (words.TakeWhile(word => word != "--").Any(word => word is "--help" or "-h" or "-?")) return Help(host, command, words);
        var line = new OptionParser(command.Name, command.Settings).Parse(words);
        if (line.ValueOf(Settings.LibTorch) is { } folder) LibTorch.Use(folder);
        return command.Invoke(line, host);
    }

    static ExitCode Overview(Host host, IEnumerable<ICommand> commands)
    {
        host.Print("autoflip: federated learning with informed pruning (AutoFLIP, arXiv 2405.10271)");
        host.Print("");
        host.Print("Usage: autoflip <command> [options]     Every option: autoflip <command> --help");
        host.Print("");
        foreach (var command in commands) host.Print($"  {command.Usage,-34}{command.Summary}");
        host.Print("");
        host.Print("First steps:");
        host.Print("  autoflip demo                     a first run, without downloads");
        host.Print("  autoflip run --dataset FashionMNIST --rounds 20");
        host.Print("");
        host.Print("Exit codes: 0 done, 2 bad request, 3 data missing, 4 failed, 130 interrupted.");
        return ExitCode.Done;
    }

    /// <summary>Every option of a command; or, where a method with options of its own is named, those.</summary>
    static ExitCode Help(Host host, ICommand command, string[] words)
    {
        foreach (var name in words.Where(word => !word.StartsWith('-')))
        {
            var own = command.Settings.Where(setting => setting.Methods.Contains(name, StringComparer.OrdinalIgnoreCase)).ToList();
            if (own is []) continue;
            host.Print($"Options of {name.ToLowerInvariant()}:");
            foreach (var line in OptionHelp.Lines(own, command.Defaults, host.Width)) host.Print(line);
            return ExitCode.Done;
        }
        host.Print($"Usage: {command.Synopsis}");
        host.Print("");
        foreach (var line in command.Details.Split('\n').Concat(OptionHelp.Lines(command.Settings, command.Defaults, host.Width)))
            host.Print(line);
        return ExitCode.Done;
    }
}
