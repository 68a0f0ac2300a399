using static TorchSharp.torch;

namespace AutoFlip;

/// <summary>The first step of a sequence, [N, T, F] to [N, F]: where encoders of text have the token that stands for the whole
/// text.</summary>
public sealed record FirstStep : Layer
{
    internal override Features Draft(LayerDraft draft) => new([draft.Sequence().Features], draft.Input.Units);

    internal override Tensor Run(in LayerRun run) => run.Input.select(1, 0);

    internal override string Export(OnnxDraft draft) => draft.Step("Gather", [draft.Input, draft.Integer(0)], ("axis", 1));
}
