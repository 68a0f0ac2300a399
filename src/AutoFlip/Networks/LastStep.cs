using static TorchSharp.torch;

namespace AutoFlip;

/// <summary>The last step of a sequence, [N, T, F] to [N, F]: what a recurrent layer makes of all of it.</summary>
public sealed record LastStep : Layer
{
    internal override Features Draft(LayerDraft draft) => new([draft.Sequence().Features], draft.Input.Units);

    internal override Tensor Run(in LayerRun run) => run.Input.select(1, -1);

    internal override string Export(OnnxDraft draft) => draft.Step("Gather", [draft.Input, draft.Integer(-1)], ("axis", 1));
}
