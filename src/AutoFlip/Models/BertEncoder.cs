namespace AutoFlip;

/// <summary>An encoder of text after BERT: the parts that DistilBert, SqueezeBert and MobileBert share.</summary>
public abstract record BertEncoder
{
    /// <summary>Dropout of hidden values.</summary>
    public double Dropout { get; init; }

    /// <summary>Dropout of attention's shares.</summary>
    public double AttentionDropout { get; init; }

    /// <summary>Leaves padding, id 0, out of attention.</summary>
    public bool Mask { get; init; } = true;

    private protected abstract string Name { get; }

    /// <summary>The network.</summary>
    /// <param name="input">T token ids.</param>
    /// <param name="outputs">Classes, or 1.</param>
    /// <exception cref="AutoFlipException">Widths, heads, groups or the length of texts do not fit (exit 2).</exception>
    public Network Build(SampleShape input, int outputs) => Bert.Begin(Name, input, Mask, out var mask)
        .Sequence("features", features => Encode(features, mask))
        .Then(Bert.Linear(outputs), "classifier")
        .Build(outputs);

    /// <summary>The same with the dropout and the mask of a run.</summary>
    internal BertEncoder With(ModelOptions options) => this with
    {
        Dropout = options.Dropout,
        AttentionDropout = options.Encoder?.AttentionDropout ?? options.Dropout,
        Mask = options.AttentionMask,
    };

    /// <summary>Token ids to the vector that the classifier reads.</summary>
    /// <param name="features">Stands at the token ids.</param>
    /// <param name="mask">The place of the mask of padding; null if padding is attended to.</param>
    private protected abstract NetworkBuilder Encode(NetworkBuilder features, int? mask);
}
