namespace AutoFlip;

/// <summary>The values of a model that a training leaves as they are.</summary>
/// <param name="trainable">The values that it does not leave so, one bit per value of the model.</param>
/// <param name="values">The model at its start.</param>
/// <remarks>Cost: a copy of the frozen values, and one pass over them per step. Batch normalisation normalises by the batch in frozen
/// layers too, as in PyTorch's training mode; its running statistics are put back.</remarks>
sealed class FrozenValues(Selection trainable, ReadOnlySpan<float> values)
{
    readonly Selection _frozen = Selection.All(trainable.Count).Except(trainable);
    readonly float[] _values = Selection.All(trainable.Count).Except(trainable).Gather(values);

    /// <summary>Sets the gradients of frozen parameters to 0, before clipping.</summary>
    public void Mute(Span<float> gradients)
    {
        for (var i = 0; i < gradients.Length; i++)
            if (_frozen[i]) gradients[i] = 0;
    }

    /// <summary>Puts the frozen values back, whatever moved them: momentum, weight decay, statistics of a batch.</summary>
    public void Restore(Span<float> values) => _frozen.Scatter(_values, values);
}
