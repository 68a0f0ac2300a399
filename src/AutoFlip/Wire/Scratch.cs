using System.Buffers;

namespace AutoFlip;

/// <summary>Buffers that encoding and decoding borrow and give back.</summary>
/// <remarks>Pools of their own: the shared ones keep an array of every size for each thread that ever gave one back, and a server decodes
/// replies on any thread. Here there are as many as were ever borrowed at once: some per worker.</remarks>
static class Scratch
{
    const int Largest = 1 << 30, Kept = 64;

    /// <summary>Numbers.</summary>
    public static ArrayPool<float> Floats { get; } = ArrayPool<float>.Create(Largest, Kept);

    /// <summary>Bytes.</summary>
    public static ArrayPool<byte> Bytes { get; } = ArrayPool<byte>.Create(Largest, Kept);
}
