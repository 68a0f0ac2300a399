namespace AutoFlip;

/// <summary>Takes in texts as a reader comes to them.</summary>
interface ITextSink
{
    /// <summary>The next text; good until this returns.</summary>
    void Add(ReadOnlySpan<char> text);
}
