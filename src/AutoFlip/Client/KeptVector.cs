using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;

namespace AutoFlip;

/// <summary>A vector that a client keeps between two rounds: of the parameters that the mask kept when it was saved.</summary>
/// <param name="Kept">The parameters of the full model that it is about.</param>
/// <param name="Values">One value each, in order.</param>
/// <remarks>Under another mask it counts where both keep a parameter: one that a mask removes takes its value with it.</remarks>
sealed record KeptVector(Selection Kept, ReadOnlyMemory<float> Values)
{
    /// <summary>Adds what concerns the parameters of another mask. Cost: one pass over the kept values; no full vector is made.</summary>
    /// <param name="kept">That mask's parameters.</param>
    /// <param name="values">One value for each of them.</param>
    public void AddTo(Selection kept, Span<float> values)
    {
        if (kept.Bits.SequenceEqual(Kept.Bits)) // as long as there is one mask
        {
            TensorPrimitives.Add(values[..Values.Length], Values.Span, values);
            return;
        }
        var saved = Values.Span;
        int own = 0, other = 0;
        for (var word = 0; word < kept.Bits.Length; word++)
        {
            var (mine, theirs) = (Kept.Bits[word], kept.Bits[word]);
            for (var both = mine & theirs; both != 0; both &= both - 1)
            {
                var below = (both & (~both + 1)) - 1;
                values[other + BitOperations.PopCount(theirs & below)] += saved[own + BitOperations.PopCount(mine & below)];
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
    public static KeptVector FromBytes(ReadOnlySpan<byte> bytes, int parameters)
    {
        var reader = new MessageReader(bytes, MessageKind.Memory);
        if (reader.Read<int>() != parameters) throw new InvalidDataException($"It is not about a model of {parameters} parameters.");
        var kept = Selection.FromBits(MemoryMarshal.Cast<byte, ulong>(reader.Take(8L * Selection.Words(parameters))).ToArray(), parameters);
        var values = MemoryMarshal.Cast<byte, float>(reader.Take(4L * kept.Kept)).ToArray();
        reader.End();
        return new(kept, values);
    }
}
