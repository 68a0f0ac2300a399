namespace AutoFlip.Tests;

/// <summary>A client's memory that is a dictionary.</summary>
sealed class RememberedVectors : ClientMemory
{
    readonly Dictionary<string, float[]> _vectors = [];

    public override float[]? Read(string name) => _vectors.TryGetValue(name, out var vector) ? [.. vector] : null;

    public override void Write(string name, ReadOnlySpan<float> vector) => _vectors[name] = vector.ToArray();
}
