using static TorchSharp.torch;

namespace AutoFlip;

/// <summary>A loss: a number to minimise, the mean over a batch.</summary>
/// <remarks>
/// Classes are integers everywhere in AutoFlip; <see cref="Targets.Ignored"/> ones do not count. Losses that compare numbers
/// (<see cref="BinaryCrossEntropy"/> and the regression losses) read them so: with one output per sample, the target is the number, or the
/// class as a number, and outputs are squeezed to [N]; with several, the target is the class's one-hot vector, and the mean runs over
/// samples and outputs.
/// </remarks>
public abstract record Criterion
{
    /// <summary>The mean loss of a batch.</summary>
    /// <param name="outputs">[N, outputs], as the network gave them. Borrowed.</param>
    /// <param name="targets">int64 [N] classes, or float32 [N] numbers. Borrowed.</param>
    /// <returns>A scalar that can be differentiated, in the caller's dispose scope.</returns>
    public abstract Tensor Loss(Tensor outputs, Tensor targets);

    /// <summary>Tests whether the loss is defined for a task.</summary>
    public abstract bool Fits(LearningTask task);

    /// <summary>Reason why the loss does not fit a model's outputs; null if it does.</summary>
    /// <returns>A sentence for the user, or null where it does.</returns>
    public virtual string? Refuses(Network network) => null;

    /// <summary>Tests for classification into more than two classes, with an output for each.</summary>
    private protected static bool HasOutputPerClass(LearningTask task) => task is { Kind: TaskKind.Classification, IsBinary: false };
}

/// <summary>-log softmax(outputs)[label]: several classes, from logits (or log-probabilities).</summary>
public sealed record CrossEntropy : Criterion
{
    /// <inheritdoc/>
    public override Tensor Loss(Tensor outputs, Tensor targets) =>
        nn.functional.cross_entropy(outputs, targets, ignore_index: Targets.Ignored);

    /// <inheritdoc/>
    public override bool Fits(LearningTask task) => HasOutputPerClass(task) || task.Kind == TaskKind.Labelling;
}

/// <summary>-outputs[label]: several classes, from log-probabilities. Knows nothing of ignored targets.</summary>
public sealed record NegativeLogLikelihood : Criterion
{
    /// <inheritdoc/>
    public override Tensor Loss(Tensor outputs, Tensor targets) => nn.functional.nll_loss(outputs, targets);

    /// <inheritdoc/>
    public override bool Fits(LearningTask task) => HasOutputPerClass(task);

    /// <inheritdoc/>
    public override string? Refuses(Network network) => network.Nodes[^1].Layer is LogSoftmax
        ? null
        : $"NLLLoss needs a model that puts out log-probabilities, such as LogReg; {network.Name} does not. Use CrossEntropyLoss.";
}

/// <summary>A loss between outputs and targets of the same shape.</summary>
public abstract record NumericCriterion : Criterion
{
    /// <inheritdoc/>
    /// <remarks>Not two classes: their one output is a logit, and these compare numbers.</remarks>
    public override bool Fits(LearningTask task) => HasOutputPerClass(task) || task.Kind == TaskKind.Regression;

    /// <inheritdoc/>
    public sealed override Tensor Loss(Tensor outputs, Tensor targets)
    {
        var width = outputs.size(1);
        using var classes = width == 1 ? targets.alias() : nn.functional.one_hot(targets, width);
        using var numbers = classes.to_type(outputs.dtype); // [N] or [N, outputs]
        using var scores = width == 1 ? outputs.squeeze(1) : outputs.alias();
        return Loss(scores, numbers, nn.Reduction.Mean);
    }

    /// <summary>The mean over all elements.</summary>
    private protected abstract Tensor Loss(Tensor scores, Tensor targets, nn.Reduction mean);
}

/// <summary>Cross-entropy of a sigmoid: binary tasks from one logit, several outputs as independent yes-or-no questions.</summary>
public sealed record BinaryCrossEntropy : NumericCriterion
{
    /// <inheritdoc/>
    public override bool Fits(LearningTask task) => task.Kind == TaskKind.Classification;

    private protected override Tensor Loss(Tensor scores, Tensor targets, nn.Reduction mean) =>
        nn.functional.binary_cross_entropy_with_logits(scores, targets, reduction: mean);
}

/// <summary>Squared difference.</summary>
public sealed record MeanSquaredError : NumericCriterion
{
    private protected override Tensor Loss(Tensor scores, Tensor targets, nn.Reduction mean) =>
        nn.functional.mse_loss(scores, targets, mean);
}

/// <summary>Absolute difference.</summary>
public sealed record MeanAbsoluteError : NumericCriterion
{
    private protected override Tensor Loss(Tensor scores, Tensor targets, nn.Reduction mean) =>
        nn.functional.l1_loss(scores, targets, mean);
}

/// <summary>d^2 / 2 where the difference d is below 1, else |d| - 1/2.</summary>
public sealed record SmoothAbsoluteError : NumericCriterion
{
    private protected override Tensor Loss(Tensor scores, Tensor targets, nn.Reduction mean) =>
        nn.functional.smooth_l1_loss(scores, targets, mean);
}
