using static TorchSharp.torch;

namespace AutoFlip;

/// <summary>Token ids to vectors: a sample of T ids, in whatever shape, to the sequence [N, T, Size] of their rows of a table.</summary>
/// <param name="Vocabulary">Rows: ids are 0 .. Vocabulary - 1. They are the network's input and never pruned.</param>
/// <param name="Size">Columns: the units that this layer makes.</param>
/// <remarks>
/// Samples are float32, so ids come as whole numbers in float32: exact up to 2^24 = 16,777,216. They must not be narrowed further (bfloat16
/// holds whole numbers up to 256 only); the sample itself is what this layer reads, and nothing comes before it. An id outside of the
/// table is torch's error. The gradient is dense, in the flat vector like any other; rows that a batch does not name get 0.
/// <para>A unit is a column, axis 1, of the table: the only tensor whose units are made on axis 1.</para>
/// </remarks>
public sealed record Embedding(int Vocabulary, int Size) : Layer
{
    /// <summary>True if id 0 is padding: its row is initialised to 0 and has no gradient.</summary>
    public bool HasPadding { get; init; }

    /// <summary>Standard deviation of the values at the start.</summary>
    public double Deviation { get; init; } = 1;

    /// <summary>Number of occurrences of each unit among the columns, at equal distances (<see cref="GroupedLinear"/>).</summary>
    public int Repeats { get; init; } = 1;

    internal override Features Draft(LayerDraft draft)
    {
        if (!draft.ReadsSample) throw draft.Error("it reads token ids, so it must come first");
        var units = draft.NewUnits(Size, Repeats);
        draft.Tensor("weight", TensorRole.Weight, [Vocabulary, Size], (1, units));
        return new Features([checked((int)draft.Input.Length), Size], units);
    }

    internal override Tensor Run(in LayerRun run)
    {
        var ids = run.Input.flatten(1).to_type(ScalarType.Int64); // [N, T]
        var rows = run.Tensors[0].index_select(0, ids.flatten()).view(ids.size(0), ids.size(1), Size);
        return HasPadding && run.Training ? where(ids.eq(Scalars.Zero).unsqueeze(-1), rows.detach(), rows) : rows;
    }

    internal override string Export(OnnxDraft draft) => draft.Step("Gather", [draft.Tensor(0), draft.Input]);

    /// <summary>N(0, <see cref="Deviation"/>²), by default PyTorch's: the reference's schemes leave embeddings alone.</summary>
    internal override void Start(int tensor, TensorEntry entry, Span<float> values, Initializer scheme, double gain, KeyedRandom random)
    {
        foreach (ref var value in values) value = (float)(Deviation * random.NextGaussian());
        if (HasPadding) values[..Size].Clear();
    }

    internal override bool ReadsTokens => true;

    internal override Layer WithChannels(int channels) => this with { Size = channels };
}
