namespace AutoFlip;

/// <summary>State of one client between its rounds, as an algorithm uses it: vectors over the parameters of the model in
/// training.</summary>
/// <remarks>It lives with the client and never travels. A parameter that the mask removes loses its value; where
/// nothing was saved a value is 0.</remarks>
public abstract class ClientMemory
{
    /// <summary>The vector of that name as the client saved it in the last round that it took part in.</summary>
    /// <returns>One value per parameter of the model that is trained; null on the client's first visit.</returns>
    public abstract float[]? Read(string name);

    /// <summary>Saves a vector for the client's next round.</summary>
    /// <param name="name">Letters, digits, <c>_</c> and <c>-</c>.</param>
    /// <param name="vector">One value per parameter of the model that is trained. Copied.</param>
    public abstract void Write(string name, ReadOnlySpan<float> vector);
}
