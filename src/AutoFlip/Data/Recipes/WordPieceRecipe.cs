using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace AutoFlip;

/// <summary>Texts of one class as WordPiece tokens: [CLS] pieces [SEP], as BERT and DistilBERT read them.</summary>
/// <param name="Tokens">The vocabulary by id, [PAD] first.</param>
/// <param name="Length">Steps of a sample, at least 2. Pieces beyond them are cut off, before [SEP]; fewer have padding before or behind
/// them.</param>
public sealed record WordPieceRecipe(ImmutableArray<string> Tokens, int Length) : TextRecipe, IPaddedText
{
    /// <summary>True if capitals stay: a cased vocabulary.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool KeepsCase { get; init; }

    /// <summary>True if accents stay.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool KeepsAccents { get; init; }

    /// <summary>True if padding is behind the text.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool PaddingBehind { get; init; }

    /// <inheritdoc/>
    [JsonIgnore]
    public override SampleShape Shape => new(Length, 1, 1);

    /// <inheritdoc/>
    [JsonIgnore]
    public override int? Vocabulary => Tokens.Length;

    internal override string? Fault() => Length < 2 ? "a text needs at least 2 steps, for [CLS] and [SEP]"
        : WordPieceVocabulary.Fault(Tokens) ?? Fault(Tokens.Length, Length);

    internal override TextEncoder Encoder() => PaddedText.Encoder(this);

    IdEncoder IPaddedText.Ids()
    {
        var tokenizer = new WordPieceTokenizer(WordPieceVocabulary.Of(Tokens), new WordPieceCase(!KeepsCase, !KeepsAccents));
        return text => tokenizer.Encode(text, Length);
    }
}
