namespace AutoFlip;

/// <summary>Writes a network with its weights as an ONNX file, to be computed by other programs. See docs/onnx.md.</summary>
/// <remarks>
/// A network that was pruned is, like any other, an ordinary dense graph of its own widths. The graph computes what evaluation does: batch
/// normalisation by running statistics, no dropout.
/// <para>Source: the ONNX standard, onnx.ai, operator set 17.</para>
/// </remarks>
public static class OnnxModel
{
    /// <summary>Version of the set of operators: the first with layer normalisation, so that as many
    /// programs as possible can read it.</summary>
    public const int OperatorSet = 17;

    /// <summary>Version of the file format that belongs to it.</summary>
    public const int IrVersion = 8;

    /// <summary>Name of the only input: float32 [batch, C, H, W], or int64 [batch, T] for token ids.</summary>
    public const string InputName = "input";

    /// <summary>Name of the only output: float32 [batch, outputs], or [batch, T, outputs] of a network with an output per step.</summary>
    public const string OutputName = "output";

    /// <summary>Name of the dynamic batch axis of both.</summary>
    public const string BatchAxis = "batch";

    const string Producer = "AutoFLIP";
    const long MostBytes = int.MaxValue; // of a message of protocol buffers

    /// <summary>Writes the file, whole or not at all (<see cref="AtomicFile"/>). Equal arguments give equal bytes.</summary>
    /// <param name="path">The file to replace. Its folder must exist.</param>
    /// <param name="network">The network.</param>
    /// <param name="weights">Its weights.</param>
    /// <param name="metadata">Remarks to keep with it, which readers find as <c>metadata_props</c>; sorted by key. A checksum of the whole
    /// file is added (<see cref="Seal"/>).</param>
    /// <param name="half">Whether matrices, kernels and tables are stored in float16: half the bytes. They are widened when the file is
    /// loaded, and all is computed in float32.</param>
    /// <exception cref="AutoFlipException">It cannot be written, a file cannot be so large, or a weight is
    /// beyond float16 (exit 4).</exception>
    /// <exception cref="ArgumentException">The weights belong to another network, or a remark holds a zero character, at which some readers
    /// would end it.</exception>
    public static void Write(
        string path, Network network, Weights weights, IReadOnlyDictionary<string, string> metadata, bool half = false) =>
        AtomicFile.Write(path, stream => Write(stream, network, weights, metadata, half));

    /// <summary>Error of a file, without a full stop; null if it is valid. Checks the checksum and the hash of the weights, in files of
    /// this program only, and that all values are finite.</summary>
    /// <param name="file">The whole file.</param>
    public static string? Fault(ReadOnlySpan<byte> file) => OnnxCheck.Fault(file);

    internal static void Write(
        Stream stream, Network network, Weights weights, IReadOnlyDictionary<string, string> metadata, bool half = false)
    {
        if (!weights.Layout.Equals(network.Layout))
            throw new ArgumentException($"These weights are not those of {network}.", nameof(weights));
        if (metadata.Any(entry => (entry.Key + entry.Value).Contains('\0', StringComparison.Ordinal)))
            throw new ArgumentException("A remark holds a zero character.", nameof(metadata));
        var graph = new OnnxGraph(network, weights, half);
        var (bytes, pieces) = graph.Encode();
        metadata = WeightsHash.FillIn(metadata, graph.WriteValues)!;
        var head = new ProtoWriter();
        head.Number(1, (long)IrVersion);
        head.Text(2, Producer);
        head.Text(3, ExperimentFile.ProgramVersion);
        head.Text(6, network.ToString());
        head.Message(8, operators =>
        {
            operators.Text(1, ""); // the standard's own
            operators.Number(2, (long)OperatorSet);
        });
        foreach (var (key, value) in metadata.Append(new(Seal.Key, Seal.Blank)).OrderBy(entry => entry.Key, StringComparer.Ordinal))
            head.Message(14, entry =>
            {
                entry.Text(1, key);
                entry.Text(2, value);
            });
        head.Head(7, bytes); // the graph comes last, so that whoever looks for remarks finds them without it
        EnsureRoom(head.Written.Length + bytes);

        var front = head.Written.ToArray();
        var digits = Seal.InOnnx(front)!.Value;
        var hash = new HashStream(Seal.Begin(front, digits));
        foreach (var piece in pieces) piece(hash);
        Seal.Fill(front, digits, hash.Hash);
        stream.Write(front);
        foreach (var piece in pieces) piece(stream);
    }

    /// <summary>Refuses what no reader could read.</summary>
    internal static void EnsureRoom(long bytes)
    {
        if (bytes > MostBytes)
            throw AutoFlipException.RunFailed(
                $"An ONNX file of this model would have {bytes / (double)(1 << 30):0.0} GiB, and no such file can have 2. "
                + "Export it as safetensors, or a smaller model.");
    }
}
