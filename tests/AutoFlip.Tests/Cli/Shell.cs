using AutoFlip.Cli;
using Spectre.Console;

namespace AutoFlip.Tests;

/// <summary>The program in this process, on an engine that trains nothing.</summary>
static class Shell
{
    /// <summary>How a command line ended, what it printed, and the last run it asked for.</summary>
    public sealed record Ended(int Code, string Out, string Error, Experiment? Experiment, RunOptions? Options)
    {
        public string[] Lines => Out.Split('\n', StringSplitOptions.RemoveEmptyEntries);

        public ExitCode Exit => (ExitCode)Code;
    }

    public static Ended Run(params string[] arguments) => Run(arguments, step: null);

    public static Ended Run(
        string[] arguments, Action? step, CancellationToken cancel = default, bool terminal = false, Engine? engine = null,
        string input = "", int columns = 80)
    {
        using StringWriter output = new() { NewLine = "\n" }, error = new() { NewLine = "\n" };
        (Experiment? experiment, RunOptions? options) = (null, null);
        var code = App.Run(arguments, new Host
        {
            In = new StringReader(input),
            Out = output,
            Error = error,
            Width = columns,
            Terminal = terminal ? Terminal(output, ansi: true, columns) : null,
            Engine = engine ?? FakeEngine.Create((e, o) => (experiment, options) = (e, o), step),
            RunOutputs = [], // there is no run directory
            Cancel = cancel,
        });
        return new(code, output.ToString(), error.ToString(), experiment, options);
    }

    /// <summary>A terminal that writes into a text.</summary>
    public static IAnsiConsole Terminal(TextWriter output, bool ansi, int columns = 80)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = ansi ? AnsiSupport.Yes : AnsiSupport.No,
            ColorSystem = ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.No,
            Out = new AnsiConsoleOutput(output),
            Enrichment = new ProfileEnrichment { UseDefaultEnrichers = false },
        });
        (console.Profile.Width, console.Profile.Height, console.Profile.Capabilities.Unicode) = (columns, 40, true);
        return console;
    }
}
