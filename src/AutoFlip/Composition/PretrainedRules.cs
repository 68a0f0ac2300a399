namespace AutoFlip;

/// <summary>Values of an experiment that follow from its initial weights.</summary>
static class PretrainedRules
{
    const string Tokenizer = "Experiment.Tokenizer", Pretrained = "Experiment.Pretrained";

    /// <summary>The experiment with the sizes, the vocabulary and the content of its initial weights. Reads a config, a vocabulary and
    /// every byte of the weights.</summary>
    /// <param name="experiment">An experiment whose names are in the catalogue's spelling.</param>
    /// <exception cref="AutoFlipException">An option contradicts the initial weights (exit 2): one line each; a file is missing or
    /// damaged (exit 3).</exception>
    public static Experiment Settle(Experiment experiment)
    {
        if (experiment.Pretrained.Length == 0)
        {
            return experiment.Tokenizer == TokenizerName.Model
                ? throw AutoFlipException.BadRequest($"{Tokenizer} model: it is the vocabulary of {Pretrained}, which is not given.")
                : experiment;
        }
        var files = PretrainedFiles.Of(experiment.Pretrained);
        foreach (var file in files.Open()) file.Dispose(); // damage is found before data are loaded
        if (files.Config is null)
        {
            return experiment.Tokenizer == TokenizerName.Model
                ? throw AutoFlipException.BadRequest($"{Tokenizer} model: {Pretrained} is a file, and only a folder has a vocabulary.")
                : experiment with { Content = new(files.Sha256(), null) };
        }
        var (model, options) = HuggingFaceConfig.Read(files.Config);
        if (Contradictions(experiment, model, options, files.Config) is { Count: > 0 } lines)
            throw AutoFlipException.BadRequest(string.Join('\n', lines));
        experiment = experiment with { Tokenizer = TokenizerOf(experiment, files) };
        CheckVocabulary(experiment, options.EmbeddingCount, files.Config);
        return experiment with
        {
            EmbeddingCount = options.EmbeddingCount,
            HiddenSize = options.HiddenSize,
            EmbeddingSize = model == nameof(MobileBert) ? options.EmbeddingSize : experiment.EmbeddingSize,
            Dropout = options.Dropout,
            Content = new(files.Sha256(), options.Encoder),
        };
    }

    /// <summary>Refusals of chosen options that differ from a config. A value that is the option's default counts as not chosen.</summary>
    static List<string> Contradictions(Experiment experiment, string model, ModelOptions options, string config)
    {
        var usual = new Experiment();
        List<string> lines = [];
        void Require<T>(string property, T chosen, T given, T accepted)
        {
            if (!Equals(chosen, given) && !Equals(chosen, accepted))
                lines.Add(ExperimentOptions.Of(property).Refusal(chosen, $"{ExperimentOption.Text(accepted)}, as in '{config}'"));
        }
        if (experiment.Model != model)
            lines.Add(ExperimentOptions.Of(nameof(Experiment.Model)).Refusal(experiment.Model, $"{model}, the model of '{config}'"));
        Require(nameof(Experiment.EmbeddingCount), experiment.EmbeddingCount, usual.EmbeddingCount, options.EmbeddingCount);
        Require(nameof(Experiment.HiddenSize), experiment.HiddenSize, usual.HiddenSize, options.HiddenSize);
        if (model == nameof(MobileBert))
            Require(nameof(Experiment.EmbeddingSize), experiment.EmbeddingSize, usual.EmbeddingSize, options.EmbeddingSize);
        Require(nameof(Experiment.Dropout), experiment.Dropout, usual.Dropout, options.Dropout);
        Require(nameof(Experiment.WidthMultiplier), experiment.WidthMultiplier, usual.WidthMultiplier, 1);
        if (experiment.SequenceLength > options.Encoder!.Positions)
            lines.Add(ExperimentOptions.Of(nameof(Experiment.SequenceLength)).Refusal(
                experiment.SequenceLength, $"1 to {options.Encoder.Positions}, the positions in '{config}'"));
        return lines;
    }

    static string TokenizerOf(Experiment experiment, PretrainedFiles files)
    {
        if (experiment.Tokenizer is not (TokenizerName.Auto or TokenizerName.Model)) return experiment.Tokenizer;
        return files.Vocabulary is not null ? TokenizerName.OfFolder(files.Path) : throw AutoFlipException.BadRequest(
            $"{Tokenizer} {experiment.Tokenizer}: '{files.Path}' has no {TokenizerName.FileName}. Accepted: wordpiece:PATH of the "
            + "vocabulary of these weights, or words if they were trained with words of the same data.");
    }

    /// <summary>Refuses a vocabulary with more tokens than the weights have rows; fewer are fine.</summary>
    static void CheckVocabulary(Experiment experiment, int rows, string config)
    {
        if (TokenizerName.FileOf(experiment.Tokenizer) is { } file && WordPieceFiles.Tokens(file).Length is var tokens && tokens > rows)
            throw AutoFlipException.BadRequest(
                $"{Tokenizer}: '{file}' has {tokens} tokens, and the weights have rows for {rows} ('vocab_size' in '{config}'). "
                + "Use the vocabulary that the weights were trained with.");
    }
}
