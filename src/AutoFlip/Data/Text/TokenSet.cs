namespace AutoFlip;

/// <summary>Token sequences of one length with their truths. What is shorter has padding (id 0) before it, so that its last step, from
/// which recurrent networks classify, is its own last token; or behind it, for encoders, which classify from the first.</summary>
sealed class TokenSet : SampleSet
{
    readonly SequenceStore _tokens;
    readonly int[]? _order;

    /// <summary>A view of a store.</summary>
    /// <param name="tokens">The sequences, none longer than <paramref name="length"/>.</param>
    /// <param name="length">Steps T of every sample, at least 1.</param>
    /// <param name="targets">[N].</param>
    /// <param name="order">[N]: which sequence each row is; null for their own order.</param>
    public TokenSet(SequenceStore tokens, int length, Targets targets, int[]? order = null)
    {
        if (tokens.LongestLength > length || length < 1)
            throw new ArgumentException($"A sequence of {tokens.LongestLength} is no sample of {length} steps.", nameof(length));
        if (targets.Count != (order?.Length ?? tokens.Count))
            throw new ArgumentException($"{targets.Count} targets are not one for each sequence.", nameof(targets));
        (_tokens, _order, Targets, Shape) = (tokens, order, targets, new SampleShape(length, 1, 1));
    }

    /// <inheritdoc/>
    public override SampleShape Shape { get; }

    /// <inheritdoc/>
    public override Targets Targets { get; }

    /// <inheritdoc/>
    public override int? Vocabulary => _tokens.Values;

    /// <inheritdoc/>
    public override InputRecipe Recipe => Text ?? base.Recipe;

    /// <summary>True if padding follows the tokens, false if it precedes them.</summary>
    public bool PaddingBehind { get; init; }

    /// <summary>Encoding of texts as such sequences; null if it is unknown, so that only token ids can be read.</summary>
    public TextRecipe? Text { get; init; }

    /// <inheritdoc/>
    public override void Read(ReadOnlySpan<int> rows, Span<float> into, KeyedRandom? augmentation)
    {
        var length = Shape.Length;
        for (var i = 0; i < rows.Length; i++)
        {
            var row = _order is null ? rows[i] : _order[rows[i]];
            var sample = into.Slice(i * length, length);
            var tokens = _tokens.Length(row);
            sample.Clear();
            _tokens.Read(row, PaddingBehind ? sample[..tokens] : sample[^tokens..]);
        }
    }
}
