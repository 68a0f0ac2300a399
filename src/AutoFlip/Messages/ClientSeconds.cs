namespace AutoFlip;

/// <summary>Duration of a task's parts in seconds, by the client's own clock.</summary>
/// <param name="Decode">From the received bytes to the small network and its weights.</param>
/// <param name="Train">Local training or exploration alone: no evaluation, no loading of the model.</param>
/// <param name="Encode">From the trained vector to the values as they are sent; without header and checksum.</param>
public sealed record ClientSeconds(double Decode, double Train, double Encode)
{
    /// <summary>Nothing.</summary>
    public static ClientSeconds Zero { get; } = new(0, 0, 0);

    /// <summary>The sums.</summary>
    public static ClientSeconds operator +(ClientSeconds left, ClientSeconds right) =>
        new(left.Decode + right.Decode, left.Train + right.Train, left.Encode + right.Encode);
}
