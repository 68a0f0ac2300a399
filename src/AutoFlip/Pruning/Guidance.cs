namespace AutoFlip;

/// <summary>What exploration measures of each parameter: the open family behind <c>--guidance</c>.</summary>
/// <remarks>
/// The client's half is <see cref="Explore"/>, the server's the mean over explorers (each weighing the same) and <see cref="Finish"/>.
/// What formulas call w_0 is the model that explorers receive: w_0 itself, unless there were dense rounds before.
/// Only ratios within a tensor matter afterwards: <see cref="GuidanceScaling"/> makes tensors comparable.
/// </remarks>
public abstract record Guidance
{
    /// <summary>The client's half: trains at most <paramref name="epochs"/> epochs and scores every parameter.</summary>
    /// <param name="training">A private copy of the model that is explored, and the explorer's samples.</param>
    /// <param name="epochs">Most epochs, E_exp.</param>
    /// <param name="patience">Epochs without a lower mean loss after which it stops.</param>
    /// <returns>One finite number per parameter. It may be negative if <see cref="Finish"/> makes the mean at least 0.</returns>
    public abstract float[] Explore(LocalTraining training, int epochs, int patience);

    /// <summary>The server's half: the mean of explorers' scores as importance, at least 0; higher = keep. In place.</summary>
    public virtual void Finish(Span<float> mean) { }
}
