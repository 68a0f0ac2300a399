namespace AutoFlip.Cli;

/// <summary>One command of the program.</summary>
interface ICommand
{
    /// <summary>The word that chooses it.</summary>
    string Name { get; }

    /// <summary>The word and its arguments.</summary>
    string Usage { get; }

    /// <summary>The whole line to type.</summary>
    string Synopsis => $"autoflip {Usage}";

    /// <summary>One line for the overview.</summary>
    string Summary { get; }

    /// <summary>Text of the command's help above the options.</summary>
    string Details => Summary;

    /// <summary>The options it takes.</summary>
    IReadOnlyList<Setting> Settings { get; }

    /// <summary>Defaults of the command's options.</summary>
    Request Defaults => new();

    /// <summary>Carries it out.</summary>
    /// <exception cref="AutoFlipException">The command failed; the exit code gives the kind of failure.</exception>
    ExitCode Invoke(CommandLine line, Host host);
}
