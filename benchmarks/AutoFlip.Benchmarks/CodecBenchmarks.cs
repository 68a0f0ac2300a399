using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Configs;

namespace AutoFlip.Benchmarks;

/// <summary>A task with half of the parameters removed, to bytes and back.</summary>
[GroupBenchmarksBy(BenchmarkLogicalGroupRule.ByCategory)]
[CategoriesColumn]
public class CodecBenchmarks
{
    readonly ClientTask _task = new(
        ClientWork.Train, 1, 0.0003, new Weights(Model.Layout, Model.Values(1)), Mask.OfWeights(Model.Layout, Model.Half()));
    readonly MaskStore _masks = new(Model.Network);
    byte[] _naive = [];
    ReadOnlyMemory<byte> _message;

    /// <summary>How numbers cross; the naive version knows float32 only.</summary>
    [Params(WireFormat.Fp32, WireFormat.Fp16, WireFormat.Int8)]
    public WireFormat Format { get; set; }

    /// <summary>Encodes once for the decoders; the client has the mask.</summary>
    [GlobalSetup]
    public void Prepare()
    {
        _masks.Add(_task.Mask);
        (_message, _naive) = (Encode(), NaiveEncode());
    }

    /// <summary>Writes value by value into a growing stream: a byte for kept or not, and the value if kept.</summary>
    [Benchmark(Baseline = true), BenchmarkCategory("encode")]
    public byte[] NaiveEncode()
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        for (var i = 0; i < _task.Mask.Count; i++)
        {
            writer.Write(_task.Mask.Values[i]);
            if (_task.Mask.Values[i]) writer.Write(_task.Weights.Values[i]);
        }
        return stream.ToArray();
    }

    /// <summary>The engine's.</summary>
    [Benchmark, BenchmarkCategory("encode")]
    public ReadOnlyMemory<byte> Encode() => new SentTask(new Experiment { WireDown = Format }, _task).ByReference;

    /// <summary>Reads value by value.</summary>
    [Benchmark(Baseline = true), BenchmarkCategory("decode")]
    public float[] NaiveDecode()
    {
        using var reader = new BinaryReader(new MemoryStream(_naive));
        var values = new float[_task.Mask.Count];
        for (var i = 0; i < values.Length; i++)
            if (reader.ReadBoolean()) values[i] = reader.ReadSingle();
        return values;
    }

    /// <summary>The engine's, which also checks a checksum.</summary>
    [Benchmark, BenchmarkCategory("decode")]
    public ClientTask Decode() => TaskCodec.Decode(_message.Span, ValueFormat.Of(Format), _masks, [])!.Task;
}
