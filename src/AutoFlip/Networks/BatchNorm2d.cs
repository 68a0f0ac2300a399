using static TorchSharp.torch;

namespace AutoFlip;

/// <summary>(x - mean) / sqrt(variance + eps) * weight + bias, per channel of [N, C, H, W].</summary>
/// <param name="Momentum">Share of the new batch in the running statistics.</param>
/// <param name="Epsilon">Added to the variance.</param>
/// <remarks>
/// Training uses the batch's mean and biased variance, and moves the running statistics in place (with the unbiased variance);
/// evaluation uses the running ones. A training batch with one value per channel has no unbiased variance, and is an error
/// (exit 2). There is no counter of batches: PyTorch keeps one, but with a fixed momentum nothing reads it.
/// <para>Source: Ioffe and Szegedy 2015, arXiv:1502.03167.</para>
/// </remarks>
public sealed record BatchNorm2d(double Momentum = 0.1, double Epsilon = 1e-5) : Layer
{
    internal override Features Draft(LayerDraft draft)
    {
        var (channels, _, _) = draft.Image();
        var units = draft.Input.Units;
        draft.Tensor("weight", TensorRole.Norm, [channels], (0, units));
        draft.Tensor("bias", TensorRole.Bias, [channels], (0, units));
        draft.Tensor("running_mean", TensorRole.Statistic, [channels], (0, units));
        draft.Tensor("running_var", TensorRole.Statistic, [channels], (0, units));
        return draft.Input;
    }

    internal override Tensor Run(in LayerRun run)
    {
        // torch would quietly turn the running variance into NaN.
        if (run.Training && run.Input.numel() <= run.Tensors[0].numel())
            throw AutoFlipException.BadRequest(
                "Batch normalisation cannot train on a batch with a single value per channel. "
                + "Choose Experiment.BatchSize so that no client is left with a batch of one sample, "
                + "or larger images by Experiment.Resize.");
        return nn.functional.batch_norm(
            run.Input, run.Tensors[2], run.Tensors[3], run.Tensors[0], run.Tensors[1], run.Training, Momentum, Epsilon);
    }

    internal override string Export(OnnxDraft draft) => draft.Step(
        "BatchNormalization", [draft.Input, draft.Tensor(0), draft.Tensor(1), draft.Tensor(2), draft.Tensor(3)],
        ("epsilon", (float)Epsilon));

    internal override void Start(int tensor, TensorEntry entry, Span<float> values, Initializer scheme, double gain, KeyedRandom random)
    {
        if (tensor is 0 or 3) values.Fill(1); // scale and running variance
    }

    internal override LayerPrecision Precision => LayerPrecision.AsGiven;

    internal override bool OutputIsFree => true;
}
