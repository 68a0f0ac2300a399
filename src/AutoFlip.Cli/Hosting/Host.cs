using System.Collections.Immutable;
using Spectre.Console;

namespace AutoFlip.Cli;

/// <summary>Functions that run and resume experiments; tests replace them by functions without training.</summary>
/// <param name="Run">Starts a run.</param>
/// <param name="Resume">Continues one from its directory.</param>
sealed record Engine(
    Func<Experiment, RunOptions, RunObserver, TimeProvider, CancellationToken, RunSummary> Run,
    Func<string, RunOptions, RunObserver, TimeProvider, CancellationToken, RunSummary> Resume)
{
    /// <summary>The real one.</summary>
    public static Engine Default { get; } = new(
        (experiment, options, observer, time, cancel) => Simulation.Run(
            experiment, options with { Wording = Spelling.Of }, observer, time, cancel),
        (directory, options, observer, time, cancel) => Simulation.Resume(
            directory, options with { Wording = Spelling.Of }, observer, time, cancel));
}

/// <summary>The world around a command: everything it reads or writes besides files.</summary>
sealed record Host
{
    /// <summary>Standard output.</summary>
    public required TextWriter Out { get; init; }

    /// <summary>Standard input.</summary>
    public TextReader In { get; init; } = TextReader.Null;

    /// <summary>Bytes of standard input, for readers that decode them; null if only <see cref="In"/> is available.</summary>
    public Func<Stream>? InputBytes { get; init; }

    /// <summary>Standard error.</summary>
    public required TextWriter Error { get; init; }

    /// <summary>The terminal behind standard output; null where there is none, and lines are printed instead.</summary>
    public IAnsiConsole? Terminal { get; init; }

    /// <summary>Columns that help may fill.</summary>
    public int Width { get; init; } = 80;

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Functions that run and resume experiments.</summary>
    public Engine Engine { get; init; } = Engine.Default;

    /// <summary>Output that is written into a run directory after its run.</summary>
    public ImmutableArray<RunOutput> RunOutputs { get; init; } = RunOutput.All;

    /// <summary>The reader's wish to stop.</summary>
    public CancellationToken Cancel { get; init; }

    /// <summary>This process's own streams.</summary>
    public static Host OfProcess(CancellationToken cancel)
    {
        StandardWriter output = new(Console.Out), error = new(Console.Error);
        Console.SetOut(output); // a terminal is written to through it, too
        return new()
        {
            In = Console.In,
            InputBytes = Console.OpenStandardInput,
            Out = new PrintableWriter(output),
            Error = new PrintableWriter(error),
            // bars move by ANSI codes
            Terminal = Console.IsOutputRedirected || !AnsiConsole.Profile.Capabilities.Ansi ? null : AnsiConsole.Console,
            Width = Console.IsOutputRedirected ? 80 : Math.Clamp(AnsiConsole.Console.Profile.Width, 20, 120),
            Cancel = cancel,
        };
    }

    /// <summary>Prints a line for people. On a terminal that it does not fit it is broken between words, never
    /// within a number or a name.</summary>
    public void Print(string line)
    {
        foreach (var part in LineBreaks.Of(line, Terminal?.Profile.Width ?? int.MaxValue)) Out.WriteLine(part);
    }

    /// <summary>A sentence on standard error that stops nothing.</summary>
    public void Warn(string message) => Error.WriteLine($"autoflip: warning: {Spelling.Of(message)}");
}
