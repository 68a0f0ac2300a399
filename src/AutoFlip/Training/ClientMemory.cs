namespace AutoFlip;

/// <summary>State of one client between its rounds, as an algorithm uses it: vectors over the parameters of the model in training, or over
/// all of its values, running statistics included.</summary>
/// <remarks>It lives with the client and never travels. A value that the mask removes is lost.</remarks>
public abstract class ClientMemory
{
    /// <summary>The vector of that name as the client saved it in the last round that it took part in; 0 where nothing was saved.</summary>
    /// <returns>One value per parameter of the model that is trained, or per value if it was saved so; null on the client's first
    /// visit.</returns>
    public abstract float[]? Read(string name);

    /// <summary>Puts the vector of that name over values that hold where nothing was saved.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="values">As long as the vector that was saved.</param>
    /// <returns>False on the client's first visit: the values stay as they are.</returns>
    public virtual bool Restore(string name, Span<float> values)
    {
        if (Read(name) is not { } saved) return false;
        saved.CopyTo(values);
        return true;
    }

    /// <summary>Saves a vector for the client's next round.</summary>
    /// <param name="name">Letters, digits, <c>_</c> and <c>-</c>.</param>
    /// <param name="vector">One value per parameter of the model that is trained, or per value of it. Copied.</param>
    public abstract void Write(string name, ReadOnlySpan<float> vector);
}
