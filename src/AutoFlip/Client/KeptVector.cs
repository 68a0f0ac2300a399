using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;

namespace AutoFlip;

/// <summary>A vector that a client keeps between two rounds: of the values that the mask kept when it was saved.</summary>
/// <param name="Kept">The values that it is about: of the full model's parameters, or of its whole vector with statistics.</param>
/// <param name="Values">One value each, in order.</param>
/// <remarks>Under another mask it counts where both keep a value: one that a mask removes is lost.</remarks>
sealed record KeptVector(Selection Kept, ReadOnlyMemory<float> Values)
{
    /// <summary>Adds what concerns the values of another mask. Cost: one pass over the kept values; no full vector is made.</summary>
    /// <param name="kept">What that mask keeps of the same vector.</param>
    /// <param name="values">One value for each of them.</param>
    public void AddTo(Selection kept, Span<float> values) => Meet(kept, values, adds: true);

    /// <summary>The same, but saved values replace those that are there.</summary>
    public void CopyTo(Selection kept, Span<float> values) => Meet(kept, values, adds: false);

    void Meet(Selection kept, Span<float> values, bool adds)
    {
        if (kept.Count != Kept.Count) throw new ArgumentException($"{kept.Count} values, and the vector is about {Kept.Count}.");
        var saved = Values.Span;
        if (kept.Bits.SequenceEqual(Kept.Bits)) // as long as there is one mask
        {
            if (adds) TensorPrimitives.Add(values[..saved.Length], saved, values);
            else saved.CopyTo(values);
            return;
        }
        int own = 0, other = 0;
        for (var word = 0; word < kept.Bits.Length; word++)
        {
            var (mine, theirs) = (Kept.Bits[word], kept.Bits[word]);
            for (var both = mine & theirs; both != 0; both &= both - 1)
            {
                var below = (both & (~both + 1)) - 1;
                ref var value = ref values[other + BitOperations.PopCount(theirs & below)];
                var old = saved[own + BitOperations.PopCount(mine & below)];
                value = adds ? value + old : old;
            }
            own += BitOperations.PopCount(mine);
            other += BitOperations.PopCount(theirs);
        }
    }

    /// <summary>The vector as bytes with a checksum, for storage.</summary>
    public ReadOnlyMemory<byte> ToBytes()
    {
        var writer = MessageWriter.Begin(MessageKind.Memory, 4 + 8 * Kept.Bits.Length + 4 * Values.Length);
        writer.Write(Kept.Count);
        writer.Write(MemoryMarshal.AsBytes(Kept.Bits));
        writer.Write(MemoryMarshal.AsBytes(Values.Span));
        return writer.Finish();
    }

    /// <summary>Reads what <see cref="ToBytes"/> wrote.</summary>
    /// <exception cref="InvalidDataException">It is damaged, or about another model.</exception>
    public static KeptVector FromBytes(ReadOnlySpan<byte> bytes, WeightLayout layout)
    {
        var reader = new MessageReader(bytes, MessageKind.Memory);
        var count = reader.Read<int>();
        if (count != layout.ParameterCount && count != layout.Count)
            throw new InvalidDataException($"It is not about a model of {layout.ParameterCount} parameters.");
        var kept = Selection.FromBits(MemoryMarshal.Cast<byte, ulong>(reader.Take(8L * Selection.Words(count))).ToArray(), count);
        var values = MemoryMarshal.Cast<byte, float>(reader.Take(4L * kept.Kept)).ToArray();
        reader.End();
        return new(kept, values);
    }
}
