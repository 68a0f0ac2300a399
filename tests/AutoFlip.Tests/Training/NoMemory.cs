namespace AutoFlip.Tests;

/// <summary>The memory of a client on its first visit, which nobody keeps.</summary>
sealed class NoMemory : ClientMemory
{
    public override float[]? Read(string name) => null;

    public override void Write(string name, ReadOnlySpan<float> vector)
    {
    }
}
