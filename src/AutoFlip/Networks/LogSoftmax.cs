using static TorchSharp.torch;

namespace AutoFlip;

/// <summary>x - log(sum exp x) over the features of [N, F].</summary>
public sealed record LogSoftmax : Layer
{
    internal override Features Draft(LayerDraft draft)
    {
        draft.Vector();
        return draft.Input;
    }

    internal override Tensor Run(in LayerRun run) => nn.functional.log_softmax(run.Input, 1);

    internal override string Export(OnnxDraft draft) => draft.Step("LogSoftmax", draft.Input, ("axis", 1));
}
