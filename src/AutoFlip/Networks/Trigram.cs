using static TorchSharp.torch;

namespace AutoFlip;

/// <summary>The features of the next step, of the step itself and of the one before, side by side: [N, T, F] to [N, T, 3F]. Beyond both
/// ends are zeros.</summary>
/// <remarks>Source: Sun et al. 2020, arXiv:2004.02984, section 3.1: a convolution of three steps in two parts.</remarks>
public sealed record Trigram : Layer
{
    internal override Features Draft(LayerDraft draft)
    {
        var (steps, features) = draft.Sequence();
        var units = draft.Input.Units;
        return new Features([steps, 3 * features], [.. units, .. units, .. units]);
    }

    internal override Tensor Run(in LayerRun run)
    {
        var steps = run.Input.size(1);
        using var padded = nn.functional.pad(run.Input, (0, 0, 1, 1));
        using var next = padded.narrow(1, 2, steps);
        using var before = padded.narrow(1, 0, steps);
        return cat([next, run.Input, before], 2);
    }

    internal override string Export(OnnxDraft draft)
    {
        var steps = draft.InputShape[0];
        var padded = draft.Step("Pad", [draft.Input, draft.Integers(0, 1, 0, 0, 1, 0)]);
        string From(int start) =>
            draft.Step("Slice", [padded, draft.Integers(start), draft.Integers(start + steps), draft.Integers(1)]);
        return draft.Step("Concat", [From(2), draft.Input, From(0)], ("axis", 2));
    }

    internal override LayerPrecision Precision => LayerPrecision.AsGiven;
}
