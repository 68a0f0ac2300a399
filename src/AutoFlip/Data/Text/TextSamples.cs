namespace AutoFlip;

/// <summary>Collects texts as token ids. Takes 2 bytes a token (4 from 65,537 different ones on) and 12 a text.</summary>
/// <param name="recipe">How texts are encoded: an <see cref="IPaddedText"/>.</param>
sealed class TextSamples(TextRecipe recipe) : ITextSink
{
    readonly IPaddedText _padded = (IPaddedText)recipe;
    readonly IdEncoder _encode = ((IPaddedText)recipe).Ids();
    readonly SequenceStore _texts = new(recipe.Vocabulary!.Value);

    /// <summary>The recipe of a contract, or else that which an experiment asks for.</summary>
    /// <param name="experiment">Decides on the tokenizer, the length and the side of padding.</param>
    /// <param name="contract">The contract; null if the experiment decides.</param>
    /// <param name="readTraining">Hands on all training texts. Called only if words are to be counted.</param>
    /// <exception cref="AutoFlipException">The vocabulary cannot be read (exit 3), or a length or size is too small (exit 2).</exception>
    public static TextRecipe RecipeOf(Experiment experiment, DataContract? contract, Action<ITextSink> readTraining)
    {
        if (contract is { Recipe: TextRecipe and IPaddedText and var agreed }) return (TextRecipe)agreed;
        if (experiment.Tokenizer == TokenizerName.Model)
            throw AutoFlipException.BadRequest(
                "Experiment.Tokenizer model: the experiment is not resolved. Call ExperimentRules.Resolve before its data are loaded.");
        var behind = experiment.Padding == PaddingSide.Behind;
        if (TokenizerName.FileOf(experiment.Tokenizer) is { } path)
        {
            if (experiment.SequenceLength < 3)
                throw AutoFlipException.BadRequest(ExperimentOptions.Of(nameof(Experiment.SequenceLength)).Refusal(
                    experiment.SequenceLength, "at least 3, for [CLS], one piece of a word and [SEP]"));
            return WordPieceFiles.Recipe(path, experiment.SequenceLength) with { PaddingBehind = behind };
        }
        var counts = new WordCounts();
        readTraining(counts);
        var vocabulary = Vocabulary.Of(counts, experiment.EmbeddingCount);
        return new WordRecipe(vocabulary.Words, experiment.SequenceLength) { PaddingBehind = behind };
    }

    /// <summary>Adds a text.</summary>
    public void Add(ReadOnlySpan<char> text) => _texts.Add(_encode(text));

    /// <summary>The texts so far with their targets.</summary>
    /// <param name="targets">[N].</param>
    /// <param name="order">[N]: which text each row is; null for their own order.</param>
    public TokenSet With(Targets targets, int[]? order = null) =>
        new(_texts, _padded.Length, targets, order) { PaddingBehind = _padded.PaddingBehind, Text = recipe };
}
