using static TorchSharp.torch;

namespace AutoFlip;

/// <summary>Attention bias of token ids, [N, T]: 0 for a token, a large negative number for padding, id 0.</summary>
/// <remarks>Reads the sample itself. A text of padding alone attends to all of it alike.</remarks>
public sealed record PaddingMask : Layer
{
    /// <summary>Large enough that every score vanishes beside it, in float and in double, and finite, so that no row is NaN.</summary>
    const float Least = -1e30f;

    internal override Features Draft(LayerDraft draft) => draft.ReadsSample
        ? new([checked((int)draft.Input.Length)], [])
        : throw draft.Error("it reads token ids, so it must come first");

    internal override bool ReadsTokens => true;

    internal override Tensor Run(in LayerRun run)
    {
        using var padding = run.Input.flatten(1).eq(Scalars.Zero);
        return padding.to_type(run.Input.dtype).mul_(Scalars.Of(Least));
    }

    internal override string Export(OnnxDraft draft)
    {
        var padding = draft.Step("Cast", draft.Step("Equal", [draft.Input, draft.Integer(0)]), ("to", (long)OnnxType.Float));
        return draft.Step("Mul", [padding, draft.Number(Least)]);
    }
}
