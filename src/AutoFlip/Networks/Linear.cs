using static TorchSharp.torch;

namespace AutoFlip;

/// <summary>y = x W^T + b on [N, F], or on every step of [N, T, F].</summary>
/// <param name="Features">Outputs per sample or step.</param>
/// <param name="Bias">Whether b is there.</param>
public sealed record Linear(int Features, bool Bias = true) : Layer
{
    /// <summary>Standard deviation of the weights at the start; null leaves them to the run's scheme.</summary>
    public double? Deviation { get; init; }

    internal override Features Draft(LayerDraft draft)
    {
        var inputs = draft.VectorOrStep();
        var units = draft.NewUnits(Features);
        draft.Tensor("weight", TensorRole.Weight, [Features, inputs], (0, units), (1, draft.Input.Units));
        if (Bias) draft.Tensor("bias", TensorRole.Bias, [Features], (0, units));
        draft.Macs = draft.Input.Length * Features;
        return new Features(draft.Input.Shape.SetItem(draft.Input.ChannelAxis, Features), units);
    }

    internal override Tensor Run(in LayerRun run) => nn.functional.linear(run.Input, run.Tensors[0], Bias ? run.Tensors[1] : null);

    internal override string Export(OnnxDraft draft) => draft.Affine(Features, Bias);

    internal override void Start(int tensor, TensorEntry entry, Span<float> values, Initializer scheme, double gain, KeyedRandom random)
    {
        if (Deviation is { } deviation && tensor == 0) Initialization.Gaussian(values, deviation, random);
        else base.Start(tensor, entry, values, scheme, gain, random);
    }

    internal override Layer WithChannels(int channels) => this with { Features = channels };

    internal override bool DrawsOffsets => Deviation is null;

    internal override LayerPrecision Precision => LayerPrecision.Narrow;

    internal override bool OutputIsFree => true;
}
