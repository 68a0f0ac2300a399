using System.Collections.Immutable;

namespace AutoFlip;

/// <summary>Reports of trainings as bytes, behind what is named in a reply. The format is described in docs/protocol.md.</summary>
/// <remarks>Parts follow from the task, and nothing in a message decides how much memory is taken. Positions are ascending gaps, so none
/// can occur twice, and Huffman coding (<see cref="PackedBytes"/>) brings them near their entropy at every density.</remarks>
static class ReportCodec
{
    /// <summary>Bytes that writing takes at most.</summary>
    public static int Capacity(ImmutableArray<ReportPart> parts) =>
        checked((int)(parts.Sum(part => 4L * (part.Values + (part.Chosen ?? 0)) + 64) * 65 / 64));

    /// <summary>Writes a report: the positions of each part that has some, then all values.</summary>
    /// <param name="writer">Stands behind the named vectors and numbers.</param>
    /// <param name="values">The format of the message's values.</param>
    /// <param name="parts">The parts.</param>
    /// <param name="report">All numbers. A part with fewer numbers other than 0 than it has positions gets the first zeros too.</param>
    /// <exception cref="ArgumentException">A part has more numbers other than 0 than positions.</exception>
    public static void Write(MessageWriter writer, ValueFormat values, ImmutableArray<ReportPart> parts, ReadOnlySpan<float> report)
    {
        var sent = new List<float>(parts.Sum(part => part.Values));
        foreach (var part in parts)
        {
            var own = report[..part.Length];
            report = report[part.Length..];
            if (part.Chosen is not { } count)
            {
                sent.AddRange(own);
                continue;
            }
            var positions = PositionsOf(own, count);
            WriteGaps(writer, positions, part.Length);
            if (!part.HasValues) continue;
            foreach (var position in positions) sent.Add(own[position]);
        }
        if (TensorsOf(parts) is not { } tensors) return;
        using var quantized = QuantizedValues.Of(
            NamedValues.FormatOf(values), tensors, System.Runtime.InteropServices.CollectionsMarshal.AsSpan(sent),
            new KeyedRandom(0)); // rounds to nearest
        quantized.Write(writer);
    }

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    /// <exception cref="InvalidDataException">It is damaged, or a position is not in its part.</exception>
    public static float[] Read(ref MessageReader reader, ValueFormat values, ImmutableArray<ReportPart> parts)
    {
        var positions = new int[parts.Length][];
        for (var p = 0; p < parts.Length; p++)
            if (parts[p].Chosen is { } count) positions[p] = ReadGaps(ref reader, count, parts[p].Length);
        var sent = TensorsOf(parts) is { } tensors ? ReadValues(ref reader, values, tensors) : [];
        var report = new float[parts.Sum(part => part.Length)];
        var (start, next) = (0, 0);
        for (var p = 0; p < parts.Length; start += parts[p++].Length)
            if (parts[p].Chosen is null)
            {
                sent.AsSpan(next, parts[p].Length).CopyTo(report.AsSpan(start));
                next += parts[p].Length;
            }
            else
            {
                foreach (var position in positions[p]) report[start + position] = parts[p].HasValues ? sent[next++] : 1;
            }
        return report;
    }

    static float[] ReadValues(ref MessageReader reader, ValueFormat values, KeptTensors tensors)
    {
        using var read = QuantizedValues.Read(ref reader, NamedValues.FormatOf(values), tensors);
        var sent = new float[tensors.Count];
        read.Restore(sent);
        return sent;
    }

    /// <summary>The parts that have values, each with a scale of its own; null if none has.</summary>
    static KeptTensors? TensorsOf(ImmutableArray<ReportPart> parts)
    {
        ImmutableArray<int> lengths = [.. parts.Where(part => part.Chosen is null || part.HasValues).Select(part => part.Values)];
        return lengths.IsEmpty ? null : new(lengths, 0);
    }

    static int[] PositionsOf(ReadOnlySpan<float> numbers, int count)
    {
        var zeros = count - (numbers.Length - numbers.Count(0f));
        if (zeros < 0)
            throw new ArgumentException($"A part of {count} positions has {count - zeros} numbers other than 0.", nameof(numbers));
        var positions = new int[count];
        for (int i = 0, next = 0; next < count; i++)
            if (numbers[i] != 0 || zeros-- > 0) positions[next++] = i;
        return positions;
    }

    /// <summary>Bytes of a gap.</summary>
    static int WidthOf(int length) => length <= 1 << 8 ? 1 : length <= 1 << 16 ? 2 : length <= 1 << 24 ? 3 : 4;

    static void WriteGaps(MessageWriter writer, int[] positions, int length)
    {
        var plane = new byte[positions.Length];
        for (var shift = 0; shift < 8 * WidthOf(length); shift += 8)
        {
            for (var i = 0; i < plane.Length; i++)
                plane[i] = (byte)((i == 0 ? positions[0] : positions[i] - positions[i - 1] - 1) >> shift);
            PackedBytes.Write(writer, plane);
        }
    }

    static int[] ReadGaps(ref MessageReader reader, int count, int length)
    {
        var (positions, plane) = (new int[count], new byte[count]);
        for (var shift = 0; shift < 8 * WidthOf(length); shift += 8)
        {
            PackedBytes.Read(ref reader, plane);
            for (var i = 0; i < count; i++) positions[i] |= plane[i] << shift;
        }
        var last = -1L;
        foreach (ref var position in positions.AsSpan())
        {
            last += 1 + (long)(uint)position;
            if (last >= length) throw new InvalidDataException($"The report chooses position {last} of a part of {length}.");
            position = (int)last;
        }
        return positions;
    }
}
