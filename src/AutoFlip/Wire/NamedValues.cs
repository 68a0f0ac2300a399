using System.Collections.Immutable;

namespace AutoFlip;

/// <summary>Vectors and numbers beside the values of a message, by name: what an algorithm or a pruner sends besides the model.</summary>
/// <remarks>Vectors hold one value per kept parameter, none for statistics. They have no error feedback, so eight bits are not enough for
/// them: they travel in float16 wherever values do not travel in float32.</remarks>
static class NamedValues
{
    /// <summary>The format of vectors where values have this one.</summary>
    public static ValueFormat FormatOf(ValueFormat values) => values.IsExact ? values : ValueFormat.Of(WireFormat.Fp16);

    /// <summary>Bytes that writing takes at most.</summary>
    public static int Capacity(int vectors, int numbers, KeptTensors tensors) =>
        checked(
            2 + 300 * (vectors + numbers)
            + vectors * (int)((4L * tensors.ParameterCount + 4L * tensors.Parameters.Length) * 65 / 64 + 1024));

    /// <summary>The values of parameter vectors that a mask keeps.</summary>
    public static ImmutableSortedDictionary<string, ReadOnlyMemory<float>> Kept(
        IEnumerable<KeyValuePair<string, ReadOnlyMemory<float>>> vectors, Mask mask) =>
        vectors.ToImmutableSortedDictionary(
            vector => vector.Key,
            vector => mask.KeptParameters().IsAll ? vector.Value : mask.KeptParameters().Gather(vector.Value.Span),
            StringComparer.Ordinal);

    /// <summary>Writes them.</summary>
    /// <param name="writer">Takes the bytes.</param>
    /// <param name="values">The format of the message's values.</param>
    /// <param name="tensors">What is kept.</param>
    /// <param name="vectors">One value per kept parameter each, by name.</param>
    /// <param name="numbers">Finite.</param>
    public static void Write(
        MessageWriter writer, ValueFormat values, KeptTensors tensors,
        IReadOnlyDictionary<string, ReadOnlyMemory<float>> vectors, IReadOnlyDictionary<string, double> numbers)
    {
        var (format, parameters) = (FormatOf(values), tensors with { Statistics = 0 });
        writer.Write(checked((byte)vectors.Count));
        foreach (var (name, vector) in vectors)
        {
            writer.Write(name);
            using var quantized = QuantizedValues.Of(format, parameters, vector.Span, new KeyedRandom(0)); // float16 rounds to nearest
            quantized.Write(writer);
        }
        writer.Write(checked((byte)numbers.Count));
        foreach (var (name, number) in numbers)
        {
            writer.Write(name);
            writer.Write(number);
        }
    }

    /// <summary>Reads them.</summary>
    /// <param name="reader">Stands at the count of vectors.</param>
    /// <param name="values">The format of the message's values.</param>
    /// <param name="tensors">What is kept.</param>
    /// <param name="due">Names of the vectors that must be there, in ordinal order: this decides how much memory is taken.</param>
    /// <exception cref="InvalidDataException">Others are there, or a number is not finite.</exception>
    public static (
        ImmutableSortedDictionary<string, ReadOnlyMemory<float>> Vectors,
        ImmutableSortedDictionary<string, double> Numbers) Read(
        ref MessageReader reader, ValueFormat values, KeptTensors tensors, IReadOnlyList<string> due)
    {
        var (format, parameters) = (FormatOf(values), tensors with { Statistics = 0 });
        var count = reader.Read<byte>();
        if (count != due.Count) throw new InvalidDataException($"The message holds {count} named vectors where {due.Count} are due.");
        var vectors = ClientOutcome.None.Vectors.ToBuilder();
        foreach (var name in due)
        {
            if (reader.ReadString() != name) throw new InvalidDataException($"The message holds another vector where '{name}' is due.");
            using var read = QuantizedValues.Read(ref reader, format, parameters);
            var vector = GC.AllocateUninitializedArray<float>(parameters.Count);
            read.Restore(vector);
            vectors.Add(name, vector);
        }
        var numbers = ClientOutcome.None.Numbers.ToBuilder();
        for (int i = 0, all = reader.Read<byte>(); i < all; i++)
        {
            var (name, number) = (reader.ReadString(), reader.Read<double>());
            if (!double.IsFinite(number)) throw new InvalidDataException("The message holds a named number that is not finite.");
            if (!numbers.TryAdd(name, number)) throw new InvalidDataException("The message holds two numbers of one name.");
        }
        return (vectors.ToImmutable(), numbers.ToImmutable());
    }
}
