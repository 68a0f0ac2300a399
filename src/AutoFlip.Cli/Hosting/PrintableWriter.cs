using System.Text;

namespace AutoFlip.Cli;

/// <summary>Standard output or standard error, without the control characters that names from outside could carry to a terminal
/// (<see cref="ForeignText"/>).</summary>
/// <param name="inner">Where the text goes. Line ends and tabs pass; other control characters are written as <c>\u001b</c>.</param>
sealed class PrintableWriter(TextWriter inner) : TextWriter(inner.FormatProvider)
{
    /// <summary>Reason why text was lost; null if none was.</summary>
    public Exception? Failure => (inner as StandardWriter)?.Failure;

    /// <inheritdoc/>
    public override Encoding Encoding => inner.Encoding;

    /// <inheritdoc/>
    public override void Write(char value)
    {
        if (IsHarmless(value)) inner.Write(value);
        else inner.Write(ForeignText.Escape(value));
    }

    /// <inheritdoc/>
    public override void Write(ReadOnlySpan<char> buffer)
    {
        while (!buffer.IsEmpty)
        {
            var harmless = 0;
            while (harmless < buffer.Length && IsHarmless(buffer[harmless])) harmless++;
            inner.Write(buffer[..harmless]);
            if (harmless == buffer.Length) return;
            Write(buffer[harmless]);
            buffer = buffer[(harmless + 1)..];
        }
    }

    /// <inheritdoc/>
    public override void Write(char[] buffer, int index, int count) => Write(buffer.AsSpan(index, count));

    /// <inheritdoc/>
    public override void Write(string? value) => Write(value.AsSpan());

    /// <inheritdoc/>
    public override void WriteLine(string? value) => Write(value + inner.NewLine);

    /// <inheritdoc/>
    public override void Flush() => inner.Flush();

    static bool IsHarmless(char letter) => letter is '\n' or '\r' or '\t' || !ForeignText.IsUnsafe(letter);
}
