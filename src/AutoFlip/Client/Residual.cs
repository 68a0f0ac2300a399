using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;

namespace AutoFlip;

/// <summary>What rounding took from a client's update: added to its next one, so that nothing is lost in the long run.</summary>
/// <param name="Kept">The parameters of the full model that it is about.</param>
/// <param name="Values">One value each, in order.</param>
/// <remarks>Source: Seide et al. 2014 (1-bit SGD); Karimireddy et al. 2019 (arXiv 1901.09847) for why it works. A parameter that a new mask
/// removes takes its residual with it: it is no longer the client's to correct.</remarks>
sealed record Residual(Selection Kept, ReadOnlyMemory<float> Values)
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
        var lost = Values.Span;
        int own = 0, other = 0;
        for (var word = 0; word < kept.Bits.Length; word++)
        {
            var (mine, theirs) = (Kept.Bits[word], kept.Bits[word]);
            for (var both = mine & theirs; both != 0; both &= both - 1)
            {
                var below = (both & (~both + 1)) - 1;
                values[other + BitOperations.PopCount(theirs & below)] += lost[own + BitOperations.PopCount(mine & below)];
            }
            own += BitOperations.PopCount(mine);
            other += BitOperations.PopCount(theirs);
        }
    }

    /// <summary>The residual as bytes with a checksum, for whoever keeps it.</summary>
    public ReadOnlyMemory<byte> ToBytes()
    {
        var writer = MessageWriter.Begin(MessageKind.Residual, 4 + 8 * Kept.Bits.Length + 4 * Values.Length);
        writer.Write(Kept.Count);
        writer.Write(MemoryMarshal.AsBytes(Kept.Bits));
        writer.Write(MemoryMarshal.AsBytes(Values.Span));
        return writer.Finish();
    }

    /// <summary>Reads what <see cref="ToBytes"/> wrote.</summary>
    /// <exception cref="InvalidDataException">It is damaged, or about another model.</exception>
    public static Residual FromBytes(ReadOnlySpan<byte> bytes, int parameters)
    {
        var reader = new MessageReader(bytes, MessageKind.Residual);
        if (reader.Read<int>() != parameters) throw new InvalidDataException($"It is not about a model of {parameters} parameters.");
        var kept = Selection.FromBits(MemoryMarshal.Cast<byte, ulong>(reader.Take(8L * Selection.Words(parameters))).ToArray(), parameters);
        var values = MemoryMarshal.Cast<byte, float>(reader.Take(4L * kept.Kept)).ToArray();
        reader.End();
        return new(kept, values);
    }
}

/// <summary>Where clients keep their residuals from round to round.</summary>
/// <remarks>Versioned by round, so that a round that is done again after a kill starts from what the client had before it.
/// Different clients may be asked for at the same time.</remarks>
interface IResidualStore
{
    /// <summary>The newest residual of a client from before a round; null if there is none.</summary>
    Residual? Before(int client, int round);

    /// <summary>Keeps a client's residual of a round: a copy, for its values are lent.</summary>
    void Save(int client, int round, Residual residual);
}
