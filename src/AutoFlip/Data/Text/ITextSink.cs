namespace AutoFlip;

/// <summary>Receives texts in the order of reading.</summary>
interface ITextSink
{
    /// <summary>The next text; good until this returns.</summary>
    void Add(ReadOnlySpan<char> text);
}
