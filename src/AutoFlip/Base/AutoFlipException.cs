namespace AutoFlip;

/// <summary>Exit codes of the program. Scripts rely on these numbers.</summary>
public enum ExitCode
{
    /// <summary>Everything asked for was done.</summary>
    Done = 0,

    /// <summary>The request was wrong: the message names the option, the value, and what is accepted.</summary>
    BadRequest = 2,

    /// <summary>Data is missing or unreadable: the message names the path that was tried, and the command that gets it.</summary>
    BadData = 3,

    /// <summary>The run failed.</summary>
    RunFailed = 4,

    /// <summary>Interrupted; the state is saved and the run can be resumed.</summary>
    Interrupted = 130,
}

/// <summary>A failure with a sentence for its reader: what was wrong, what is accepted, what to do.</summary>
/// <param name="code">The exit code it leads to.</param>
/// <param name="message">One sentence, no stack trace needed.</param>
/// <param name="inner">What was underneath, for <c>--verbose</c>.</param>
public sealed class AutoFlipException(ExitCode code, string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>The exit code this failure leads to.</summary>
    public ExitCode Code { get; } = code;

    /// <summary>The options that the message names, by their properties: <c>TestFraction</c>. Others may name them otherwise
    /// (<see cref="ApiNames"/>).</summary>
    public IReadOnlyList<string> Options { get; } = ApiNames.OptionsIn(message);

    /// <summary>A copy of the failure with another message.</summary>
    public AutoFlipException With(string message) => message == Message ? this : new(Code, message, this);

    /// <summary>The request was wrong (exit 2).</summary>
    public static AutoFlipException BadRequest(string message) => new(ExitCode.BadRequest, message);

    /// <summary>Data is missing or unreadable (exit 3). What the message quotes of a foreign file stays on its line
    /// (<see cref="ForeignText.OnOneLine"/>).</summary>
    public static AutoFlipException BadData(string message, Exception? inner = null) =>
        new(ExitCode.BadData, ForeignText.OnOneLine(message), inner);

    /// <summary>A file or folder of data is damaged or not what it should be (exit 3).</summary>
    /// <param name="path">Which.</param>
    /// <param name="why">What is wrong, without a full stop.</param>
    /// <param name="inner">What was underneath.</param>
    public static AutoFlipException BadFile(string path, string why, Exception? inner = null) =>
        BadData($"'{path}' is not usable: {why}.", inner);

    /// <summary>The system does not let a file or folder of data be read (exit 3).</summary>
    /// <param name="path">Which.</param>
    /// <param name="inner">Its reason.</param>
    public static AutoFlipException Unreadable(string path, Exception inner) =>
        BadData($"'{path}' cannot be read: {inner.Message}", inner);

    /// <summary>The run failed (exit 4).</summary>
    public static AutoFlipException RunFailed(string message, Exception? inner = null) => new(ExitCode.RunFailed, message, inner);
}
