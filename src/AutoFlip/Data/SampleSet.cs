namespace AutoFlip;

/// <summary>Samples with their truths that can be read as float32 batches. Immutable and safe to read from several threads.</summary>
public abstract class SampleSet
{
    /// <summary>The shape of every sample.</summary>
    public abstract SampleShape Shape { get; }

    /// <summary>The truth about each sample.</summary>
    public abstract Targets Targets { get; }

    /// <summary>Number of token ids, if samples are token ids: every id is below it. Null if samples are numbers.</summary>
    public virtual int? Vocabulary => null;

    /// <summary>Encoding of raw input as samples, for a model's card; by default numbers are used unchanged.</summary>
    public virtual InputRecipe Recipe => new NumberRecipe(Shape.Channels, Shape.Height, Shape.Width, Vocabulary);

    /// <summary>The class by which each sample is partitioned, 0 .. classes - 1.</summary>
    public ReadOnlySpan<int> Labels => Targets.Labels;

    /// <summary>Number of samples.</summary>
    public int Count => Targets.Count;

    /// <summary>The samples as clients use them, once they are partitioned: a set may scale them by client.</summary>
    /// <param name="clients">Each client's rows. What a client's rows become depends on that client's training rows alone.</param>
    /// <param name="test">The server's test set; null if there is none. What it becomes depends on no rows but
    /// those that clients train on.</param>
    /// <returns>This set and the test set, row for row; by default as they are.</returns>
    public virtual (SampleSet Train, SampleSet? Test) ForClients(IReadOnlyList<ClientRows> clients, SampleSet? test) => (this, test);

    /// <summary>The loaded samples, encoded by a model's recipe.</summary>
    /// <returns>Null if they cannot be read in that way: another shape, other columns, another vocabulary.</returns>
    public virtual SampleSet? As(InputRecipe recipe) => Recipe.Equivalent(recipe) ? this : null;

    /// <summary>Writes samples as float32, [rows, C, H, W].</summary>
    /// <param name="rows">Which samples, in this order.</param>
    /// <param name="into">rows.Length x <see cref="SampleShape.Length"/> values; all of them are written.</param>
    /// <param name="augmentation">Draws the training augmentations; null reads the samples as they are, as evaluation must.</param>
    public abstract void Read(ReadOnlySpan<int> rows, Span<float> into, KeyedRandom? augmentation);
}

/// <summary>A view that evaluation reads: augmentation cannot be switched on by mistake.</summary>
sealed class Unaugmented(SampleSet samples) : SampleSet
{
    public override SampleShape Shape => samples.Shape;

    public override Targets Targets => samples.Targets;

    public override int? Vocabulary => samples.Vocabulary;

    public override InputRecipe Recipe => samples.Recipe;

    public override SampleSet? As(InputRecipe recipe) => samples.As(recipe) is { } others ? new Unaugmented(others) : null;

    public override void Read(ReadOnlySpan<int> rows, Span<float> into, KeyedRandom? augmentation) => samples.Read(rows, into, null);
}

/// <summary>Some samples of another set, which it does not copy.</summary>
/// <param name="samples">The other set.</param>
/// <param name="rows">Which of its samples, in this order.</param>
sealed class SampleSubset(SampleSet samples, int[] rows) : SampleSet
{
    public override SampleShape Shape => samples.Shape;

    public override Targets Targets { get; } = samples.Targets.Of(rows);

    public override int? Vocabulary => samples.Vocabulary;

    public override InputRecipe Recipe => samples.Recipe;

    public override SampleSet? As(InputRecipe recipe) => samples.As(recipe) is { } others ? new SampleSubset(others, rows) : null;

    public override void Read(ReadOnlySpan<int> chosen, Span<float> into, KeyedRandom? augmentation)
    {
        var theirs = new int[chosen.Length];
        for (var i = 0; i < theirs.Length; i++) theirs[i] = rows[chosen[i]];
        samples.Read(theirs, into, augmentation);
    }
}
