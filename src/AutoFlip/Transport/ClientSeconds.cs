namespace AutoFlip;

/// <summary>Seconds that a client spent on a task, by its own clock.</summary>
/// <param name="Decode">From the message to a network with its weights.</param>
/// <param name="Train">Training, or exploring; evaluation is not in it.</param>
/// <param name="Encode">From the result to the bytes that are sent.</param>
public sealed record ClientSeconds(double Decode, double Train, double Encode)
{
    /// <summary>None at all.</summary>
    public static ClientSeconds Zero { get; } = new(0, 0, 0);

    /// <summary>The sums.</summary>
    public static ClientSeconds operator +(ClientSeconds left, ClientSeconds right) =>
        new(left.Decode + right.Decode, left.Train + right.Train, left.Encode + right.Encode);
}
