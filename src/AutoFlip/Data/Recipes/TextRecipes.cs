using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace AutoFlip;

/// <summary>Writes a text as token ids.</summary>
/// <param name="text">The text.</param>
/// <param name="into">[steps]; all of it is written.</param>
delegate void TextEncoder(ReadOnlySpan<char> text, Span<float> into);

/// <summary>Texts as token ids.</summary>
public abstract record TextRecipe : InputRecipe
{
    /// <summary>Makes an encoder, for one thread.</summary>
    internal abstract TextEncoder Encoder();

    /// <summary>Error of a number of tokens or steps that is out of range; null if both are in range.</summary>
    private protected static string? Fault(int tokens, int steps) =>
        tokens is < 1 or > MostTokens || steps is < 1 or > MostSteps
            ? $"a vocabulary needs 1 to {MostTokens} tokens, and a text 1 to {MostSteps} steps" : null;

    private protected static string? Fault(ImmutableArray<string> words, int steps) =>
        words.Length < 2 || words.Contains(null!) ? "its vocabulary is missing" : Fault(words.Length, steps);
}

/// <summary>Texts of one class: cut into words in small letters, as <see cref="AutoFlip.Words"/> does it, and words into ids.</summary>
/// <param name="Words">The words by id; 0 is padding, and 1 any word that is not there.</param>
/// <param name="Length">Steps of a sample. Words beyond them are cut off, and fewer have padding before or behind them.</param>
public sealed record WordRecipe(ImmutableArray<string> Words, int Length) : TextRecipe, IPaddedText
{
    /// <summary>True if padding follows the words, false if it precedes them.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool PaddingBehind { get; init; }

    /// <inheritdoc/>
    [JsonIgnore]
    public override SampleShape Shape => new(Length, 1, 1);

    /// <inheritdoc/>
    [JsonIgnore]
    public override int? Vocabulary => Words.Length;

    internal override string? Fault() => Fault(Words, Length);

    internal override TextEncoder Encoder() => PaddedText.Encoder(this);

    IdEncoder IPaddedText.Ids() => new WordEncoder(new Vocabulary(Words), Length).Encode;
}

/// <summary>Texts whose next word is asked for at each step: words between white space, as they are, and words into ids.</summary>
/// <param name="Words">The words by id; 0 is padding, and 1 any word that is not there.</param>
/// <param name="Length">Steps of a sample. Of more words the last ones count, and fewer have padding behind them.</param>
public sealed record SequenceRecipe(ImmutableArray<string> Words, int Length) : TextRecipe
{
    /// <inheritdoc/>
    [JsonIgnore]
    public override SampleShape Shape => new(Length, 1, 1);

    /// <inheritdoc/>
    [JsonIgnore]
    public override int? Vocabulary => Words.Length;

    internal override string? Fault() => Fault(Words, Length);

    internal override TextEncoder Encoder()
    {
        var vocabulary = new Vocabulary(Words);
        return (text, into) =>
        {
            into.Fill(AutoFlip.Vocabulary.Padding);
            var words = text.ToString().Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            var first = Math.Max(words.Length - into.Length, 0);
            for (var i = first; i < words.Length; i++) into[i - first] = vocabulary[words[i]];
        };
    }
}

/// <summary>Texts as characters.</summary>
/// <param name="Alphabet">The characters by id. Any other is the last of them.</param>
/// <param name="Length">Steps of a sample. Of more characters the last ones count, and fewer have spaces before them.</param>
public sealed record CharacterRecipe(string Alphabet, int Length) : TextRecipe
{
    /// <inheritdoc/>
    [JsonIgnore]
    public override SampleShape Shape => new(Length, 1, 1);

    /// <inheritdoc/>
    [JsonIgnore]
    public override int? Vocabulary => Alphabet.Length;

    internal override string? Fault() => Fault(Alphabet.Length, Length);

    /// <summary>The id of a character.</summary>
    internal int IdOf(System.Text.Rune letter) =>
        letter.IsBmp && Alphabet.IndexOf((char)letter.Value, StringComparison.Ordinal) is >= 0 and var id ? id : Alphabet.Length - 1;

    internal override TextEncoder Encoder() => (text, into) =>
    {
        var count = 0;
        foreach (var _ in text.EnumerateRunes()) count++;
        into.Fill(IdOf(new(' ')));
        var at = into.Length - count; // below 0 as long as the text is longer than a sample
        foreach (var letter in text.EnumerateRunes())
        {
            if (at >= 0) into[at] = IdOf(letter);
            at++;
        }
    };
}
