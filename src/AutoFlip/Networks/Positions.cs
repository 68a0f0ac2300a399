using static TorchSharp.torch;

namespace AutoFlip;

/// <summary>Adds a learnt row of a table to every step of [N, T, F]: row t to step t, or the first row to all.</summary>
/// <param name="Rows">Rows of the table; for positions at least T.</param>
/// <param name="Same">Whether all steps get row 0: the type of a text that has no second part.</param>
/// <remarks>
/// Rows that no step uses are never trained. A unit is a column, axis 1, of the table, which together with the embedding makes the units
/// of the sequence. Starts at N(0, 0.02²), as BERT does.
/// <para>Source: Devlin et al. 2018, arXiv:1810.04805.</para>
/// </remarks>
public sealed record Positions(int Rows, bool Same = false) : Layer
{
    internal override Features Draft(LayerDraft draft)
    {
        var (steps, features) = draft.Sequence();
        if (!Same && steps > Rows)
            throw draft.Error($"it has {Rows} positions", "Choose a smaller Experiment.SequenceLength.");
        draft.Tensor("weight", TensorRole.Weight, [Rows, features], (1, draft.Input.Units));
        return draft.Input;
    }

    internal override Tensor Run(in LayerRun run) => run.Input.add(run.Tensors[0].narrow(0, 0, Same ? 1 : run.Input.size(1)), Scalars.One);

    internal override string Export(OnnxDraft draft)
    {
        var count = draft.Integers(Same ? 1 : draft.InputShape[0]);
        var rows = draft.Step("Slice", [draft.Tensor(0), draft.Integers(0), count, draft.Integers(0)]);
        return draft.Step("Add", [draft.Input, rows]);
    }

    internal override void Start(int tensor, TensorEntry entry, Span<float> values, Initializer scheme, double gain, KeyedRandom random) =>
        Initialization.Gaussian(values, Initialization.OfBert, random);
}
