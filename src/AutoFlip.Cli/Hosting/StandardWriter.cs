using System.Text;

namespace AutoFlip.Cli;

/// <summary>A standard stream whose failure (a full disk, a lost terminal) raises no exception in writers.</summary>
/// <remarks>The first error is kept, and nothing is written after it. A reader that closed its end of a pipe is no error: the
/// runtime leaves it at that.</remarks>
/// <param name="inner">The stream; borrowed.</param>
sealed class StandardWriter(TextWriter inner) : TextWriter
{
    /// <summary>Reason why text was lost; null if none was.</summary>
    public Exception? Failure { get; private set; }

    /// <inheritdoc/>
    public override Encoding Encoding => inner.Encoding;

    /// <inheritdoc/>
    public override void Write(char value) => Try(() => inner.Write(value));

    /// <inheritdoc/>
    public override void Write(char[] buffer, int index, int count) => Try(() => inner.Write(buffer, index, count));

    /// <inheritdoc/>
    public override void Write(string? value) => Try(() => inner.Write(value));

    /// <inheritdoc/>
    public override void WriteLine(string? value) => Try(() => inner.WriteLine(value));

    /// <inheritdoc/>
    public override void Flush() => Try(inner.Flush);

    void Try(Action write)
    {
        if (Failure is not null) return;
        try
        {
            write();
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            Failure = failure;
        }
    }
}
