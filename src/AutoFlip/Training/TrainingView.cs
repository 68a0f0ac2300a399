namespace AutoFlip;

/// <summary>Values of a model as the passes of a training step compute with them, where these are not the values themselves.</summary>
/// <remarks>The optimizer, the algorithm and whatever measures a training see the values themselves and their own gradients. Evaluation
/// computes with the values. One per training, with one owner.</remarks>
public abstract class TrainingView
{
    /// <summary>Called at the beginning of each step, and of each pass outside of a step. Further passes of a step, as FedSAM has, compute
    /// with the same values as its first.</summary>
    public virtual void Begin() { }

    /// <summary>Called before each forward pass: replaces values by those that it computes with.</summary>
    /// <param name="values">[values]: parameters, of removed ones 0, then statistics.</param>
    public abstract void Enter(Span<float> values);

    /// <summary>Called after the backward pass: restores the values, and turns the gradients of what was computed with into
    /// theirs.</summary>
    /// <param name="values">[values]: as <see cref="Enter"/> left them, but for statistics, which the pass has moved.</param>
    /// <param name="gradients">[parameters].</param>
    public abstract void Leave(Span<float> values, Span<float> gradients);
}
