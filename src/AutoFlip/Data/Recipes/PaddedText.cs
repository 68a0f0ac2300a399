namespace AutoFlip;

/// <summary>Token ids of a text, without padding. Good until the next text.</summary>
delegate ReadOnlySpan<int> IdEncoder(ReadOnlySpan<char> text);

/// <summary>A recipe of texts with padding (id 0) on one side.</summary>
interface IPaddedText
{
    /// <summary>Steps of a sample.</summary>
    int Length { get; }

    /// <summary>True if padding is behind the text.</summary>
    bool PaddingBehind { get; }

    /// <summary>Makes an encoder of at most <see cref="Length"/> ids, for one thread.</summary>
    IdEncoder Ids();
}

/// <summary>Encoding of single texts with padding.</summary>
static class PaddedText
{
    /// <summary>Makes an encoder, for one thread.</summary>
    public static TextEncoder Encoder(IPaddedText recipe)
    {
        var encode = recipe.Ids();
        return (text, into) =>
        {
            var ids = encode(text);
            var first = recipe.PaddingBehind ? 0 : into.Length - ids.Length;
            into.Fill(Vocabulary.Padding);
            for (var i = 0; i < ids.Length; i++) into[first + i] = ids[i];
        };
    }
}
