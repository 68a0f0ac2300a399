using static TorchSharp.torch;

namespace AutoFlip;

/// <summary>A loss of outputs in which those of some classes are 0, whatever the model puts out, and have no gradient.</summary>
/// <param name="Inner">The loss.</param>
/// <param name="Classes">One bit per output: the classes whose outputs are the model's.</param>
/// <remarks>Under cross-entropy each other class stays in the softmax with exp(0) = 1, as in the source. Cost: a copy of a batch's
/// outputs. Source: Diao, Ding and Tarokh 2021 (HeteroFL, arXiv 2010.01264), section 3.2.</remarks>
sealed record MaskedCriterion(Criterion Inner, Selection Classes) : Criterion
{
    readonly bool[] _others = [.. Enumerable.Range(0, Classes.Count).Select(c => !Classes[c])];

    /// <inheritdoc/>
    public override Tensor Loss(Tensor outputs, Tensor targets)
    {
        using var others = tensor(_others, device: outputs.device);
        using var masked = outputs.masked_fill(others, Scalars.Zero);
        return Inner.Loss(masked, targets);
    }

    /// <inheritdoc/>
    public override bool Fits(LearningTask task) => Inner.Fits(task);
}
