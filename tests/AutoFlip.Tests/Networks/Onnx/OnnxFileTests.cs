using System.Text;
using System.Text.RegularExpressions;
using AutoFlip.Cli;

namespace AutoFlip.Tests;

/// <summary>What is in the file, as a general reader of protocol buffers and ONNX Runtime see it.</summary>
[Trait("speed", "slow")]
public sealed partial class OnnxFileTests : IDisposable
{
    const int Float = 1, Int64 = 7, Float16 = 10; // TensorProto.DataType

    readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    public static IEnumerable<TheoryDataRow<string>> Names => LawNetworks.Names;

    static OnnxCase Case(string name) => OnnxCase.Draw(name, shrinks: true, 1).Single();

    static OnnxCase Tiny { get; } = Case("TwoNN");

    static OnnxReader Graph(byte[] file) => new OnnxReader(file).Message(7);

    /// <summary>What the standard demands of a graph: every value has one source, which comes before its
    /// readers; everything is read.</summary>
    [Theory, MemberData(nameof(Names))]
    public void Every_value_has_one_source_and_a_reader(string name)
    {
        foreach (var half in (bool[])[false, true])
        {
            var graph = Graph(Case(name).File(half));

            HashSet<string> known = [graph.Message(11).Text(1)], read = [graph.Message(12).Text(1)];
            foreach (var tensor in graph.Messages(5)) Assert.True(known.Add(tensor.Text(8)));
            foreach (var node in graph.Messages(1))
            {
                Assert.Every(node.Texts(1), input => Assert.Contains(input, known));
                read.UnionWith(node.Texts(1));
                Assert.True(known.Add(node.Text(2)));
            }
            Assert.Equal(known.Order(StringComparer.Ordinal), read.Order(StringComparer.Ordinal));
            Assert.DoesNotContain("", known);
        }
    }

    /// <summary>Tensors that the standard takes as they are keep their names, shapes and values; recurrent layers' and padded ones
    /// are named after their layer.</summary>
    [Theory, MemberData(nameof(Names))]
    public void Tensors_carry_the_names_of_PyTorch(string name)
    {
        var drawn = Case(name);
        var tensors = Graph(drawn.File()).Messages(5).ToDictionary(tensor => tensor.Text(8));

        foreach (var node in drawn.Network.Nodes.Where(node => node.Layer is not (Recurrent or LayerNorm)))
            foreach (var entry in node.Tensors.Select(tensor => drawn.Network.Layout[tensor]))
            {
                Assert.Equal(Float, tensors[entry.Name].Number(2));
                Assert.Equal(entry.Shape.Select(size => (long)size), tensors[entry.Name].Numbers(1));
                Assert.Equal(drawn.Weights[entry.Name], tensors[entry.Name].Values<float>());
            }
    }

    [Theory, MemberData(nameof(Names))]
    public void Names_are_plain_text(string name)
    {
        if (!Catalog.Models.Names.Contains(name)) return; // the others have sentences for names
        var graph = Graph(Case(name).File(half: true));

        Assert.Every(
            graph.Messages(5).Select(tensor => tensor.Text(8)).Concat(graph.Messages(1).Select(node => node.Text(2))),
            value => Assert.Matches(Plain, value));
    }

    [GeneratedRegex(@"^[A-Za-z0-9_./\[\], +-]+$")]
    static partial Regex Plain { get; }

    [Fact]
    public void File_says_who_wrote_it_and_by_which_standard()
    {
        var model = new OnnxReader(Tiny.File());

        Assert.Equal(8, model.Number(1));
        Assert.Equal(("AutoFLIP", ExperimentFile.ProgramVersion), (model.Text(2), model.Text(3)));
        Assert.Equal(("", 17), (model.Message(8).Text(1), model.Message(8).Number(2)));
        Assert.Equal("TwoNN", model.Message(7).Text(2));
        Assert.StartsWith("TwoNN on 3x24x24: ", model.Text(6), StringComparison.Ordinal);
    }

    [Fact]
    public void Gemm_has_its_attribute_with_its_type()
    {
        var gemm = Graph(Tiny.File()).Messages(1).First(node => node.Text(4) == "Gemm");

        Assert.Equal(("transB", 1, 2), (gemm.Message(5).Text(1), gemm.Message(5).Number(3), gemm.Message(5).Number(20)));
        Assert.Equal("features.1/Gemm", gemm.Text(3));
    }

    [Theory]
    [InlineData("TwoCNN", "batch 3 24 24", "batch 10")]
    [InlineData("NextCharLSTM", "batch 7", "batch 10")]
    [InlineData("NextWordLSTM", "batch 7", "batch 7 11")]
    public void Input_and_output_have_an_open_batch(string name, string input, string output)
    {
        using var session = new OnnxSession(Case(name).File());

        string Sizes(IReadOnlyDictionary<string, Microsoft.ML.OnnxRuntime.NodeMetadata> values, string value) =>
            string.Join(
                ' ', values[value].Dimensions.Zip(values[value].SymbolicDimensions, (size, symbol) => size < 0 ? symbol : $"{size}"));
        Assert.Equal(input, Sizes(session.Session.InputMetadata, OnnxModel.InputName));
        Assert.Equal(output, Sizes(session.Session.OutputMetadata, OnnxModel.OutputName));
        Assert.Equal(name == "TwoCNN" ? typeof(float) : typeof(long), session.Session.InputMetadata["input"].ElementType);
        Assert.Single(session.Session.InputMetadata);
        Assert.Single(session.Session.OutputMetadata);
    }

    [Fact]
    public void Remarks_come_back_whatever_they_say()
    {
        (string, string)[] remarks = [("classes", "[\"a\",\"ü\u2028\"]"), ("", ""), ("long", new string('x', 100_000)), ("<b>&", "\"\r\n")];

        using var session = new OnnxSession(Tiny.File(metadata: remarks));

        Assert.Equal(
            remarks.OrderBy(remark => remark.Item1),
            session.Session.ModelMetadata.CustomMetadataMap.Where(entry => entry.Key != Seal.Key).Select(entry => (entry.Key, entry.Value))
                .OrderBy(entry => entry.Key));
        Assert.Equal("AutoFLIP", session.Session.ModelMetadata.ProducerName);
        Assert.Equal("TwoNN", session.Session.ModelMetadata.GraphName);
    }

    /// <summary>Readers written in C would end there.</summary>
    [Fact]
    public void Remarks_with_a_zero_character_are_refused() => Assert.Throws<ArgumentException>(() => Tiny.File(metadata: ("a", "b\0c")));

    [Fact]
    public void Equal_arguments_give_equal_bytes()
    {
        var (drawn, again) = (Case("TwoCNN"), Case("TwoCNN"));

        Assert.Equal(drawn.File(metadata: [("a", "1"), ("b", "2")]), again.File(metadata: [("b", "2"), ("a", "1")]));
        Assert.NotEqual(drawn.File(metadata: ("a", "1")), again.File(metadata: ("a", "2")));
    }

    [Fact]
    public void Float16_halves_matrices_and_leaves_vectors_alone()
    {
        var drawn = Case("VGG9BN");

        var tensors = Graph(drawn.File(half: true)).Messages(5).ToDictionary(tensor => tensor.Text(8));

        Assert.Every(
            drawn.Network.Layout.Entries,
            entry => Assert.Equal(entry.Role == TensorRole.Weight ? Float16 : Float, tensors[entry.Name].Number(2)));
        Assert.Equal((Half)drawn.Weights["features.0.weight"][1], tensors["features.0.weight"].Values<Half>()[1]);
        Assert.Equal(Int64, Graph(Case("NextCharLSTM").File()).Messages(5).Single(tensor => tensor.Text(8) == "integer -1").Number(2));
        Assert.InRange((double)Case("TwoCNN").File(half: true).Length / Case("TwoCNN").File().Length, 0.5, 0.55);
    }

    /// <summary>65,504 is float16's largest number; from 65,520 on a value rounds to infinity.</summary>
    [Theory, InlineData(65519.996f, true), InlineData(65520f, false), InlineData(-1e6f, false), InlineData(float.PositiveInfinity, false)]
    [InlineData(float.NaN, true)]
    public void Weight_beyond_float16_is_refused_by_name(float value, bool fits)
    {
        var values = Tiny.Weights.ToArray();
        values[Tiny.Network.Layout["classifier.weight"].Offset + 1] = value;
        var beyond = Tiny with { Weights = new Weights(Tiny.Network.Layout, values) };
        void Write() => OnnxModel.Write(_folder["m.onnx"], beyond.Network, beyond.Weights, new Dictionary<string, string>(), half: true);

        if (fits)
        {
            Write();
            return;
        }
        var error = Assert.Throws<AutoFlipException>(Write);

        Assert.Equal(ExitCode.RunFailed, error.Code);
        Assert.StartsWith("'classifier.weight' holds ", error.Message, StringComparison.Ordinal);
        Assert.Empty(_folder.Files);
    }

    /// <summary>Offsets and running statistics stay float32, so they may be what they like.</summary>
    [Fact]
    public void Offset_beyond_float16_is_stored()
    {
        var values = Tiny.Weights.ToArray();
        values[Tiny.Network.Layout["classifier.bias"].Offset] = 1e6f;
        var beyond = Tiny with { Weights = new Weights(Tiny.Network.Layout, values) };

        beyond.AssertEqual((beyond with { }).File());
        Assert.Contains(
            1e6f, Graph(beyond.File(half: true)).Messages(5).Single(tensor => tensor.Text(8) == "classifier.bias").Values<float>());
    }

    [Fact]
    public void File_is_replaced_as_a_whole()
    {
        File.WriteAllText(_folder["m.onnx"], "old");

        OnnxModel.Write(_folder["m.onnx"], Tiny.Network, Tiny.Weights, new Dictionary<string, string>());

        Assert.Equal(["m.onnx"], _folder.Files);
        Assert.Equal(Tiny.File(), File.ReadAllBytes(_folder["m.onnx"]));
    }

    /// <summary>LSTM gates are reordered and halves made on the way out: of 2 MB of weights, only names,
    /// heads and buffers are new.</summary>
    [Theory, InlineData(false), InlineData(true)]
    public void Writing_makes_no_copy_of_the_weights(bool half)
    {
        var network = NextCharLstm.Create(new(7, 1, 1), 10, new ModelOptions { HiddenSize = 200, LayerCount = 2, EmbeddingSize = 8 });
        var weights = Weights.Zeros(network.Layout);
        void Write() => OnnxModel.Write(Stream.Null, network, weights, new Dictionary<string, string>(), half);
        Write();

        var before = GC.GetAllocatedBytesForCurrentThread();
        Write();
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        Assert.InRange(weights.Values.Length * sizeof(float), 1_900_000, 2_100_000);
        Assert.InRange(allocated, 0, half ? 600_000 : 200_000); // a buffer of 64 KiB for each of six narrow tensors
    }

    [Fact]
    public void Weights_of_another_network_are_refused() => Assert.Throws<ArgumentException>(
        () => OnnxModel.Write(Stream.Null, Tiny.Network, Case("TwoCNN").Weights, new Dictionary<string, string>()));

    [Fact]
    public void Token_ids_that_are_read_as_numbers_too_are_refused()
    {
        var network = new NetworkBuilder("both", new(4, 1, 1))
            .Fork("cat", new Concat(), ("ids", t => t.Embedding(5, 2).LastStep()), ("numbers", n => n.Flatten().Linear(2))).Build(4);

        Assert.Throws<NotSupportedException>(() =>
            OnnxModel.Write(Stream.Null, network, Weights.Zeros(network.Layout), new Dictionary<string, string>()));
    }

    [Fact]
    public void Model_that_no_file_can_hold_is_refused()
    {
        OnnxModel.EnsureRoom(int.MaxValue);

        var error = Assert.Throws<AutoFlipException>(() => OnnxModel.EnsureRoom(3L << 30));
        Assert.Contains("3.0 GiB", error.Message, StringComparison.Ordinal);
        Assert.Contains("safetensors", error.Message, StringComparison.Ordinal);
    }

    /// <summary>Seven bits a byte, lowest first: 300 = 0b10_0101100. Field and kind share the first
    /// number: 3 &lt;&lt; 3 | 2 = 26.</summary>
    [Fact]
    public void Protocol_buffers_are_written_by_hand()
    {
        var writer = new ProtoWriter();
        writer.Number(1, 300L);
        writer.Number(2, -1L); // ten bytes, as of 64 bits
        writer.Number(2, 1f);
        writer.Message(3, inner => inner.Text(1, "ü"));
        writer.Head(16, 5);

        Assert.Equal(
            "08AC02" + "10FFFFFFFFFFFFFFFFFF01" + "150000803F" + "1A04" + "0A02C3BC" + "820105",
            Convert.ToHexString(writer.Written.Span));
        Assert.Equal("ü", Encoding.UTF8.GetString(writer.Written.Span[^5..^3]));
    }
}
