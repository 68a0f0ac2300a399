using System.Text.Json;

namespace AutoFlip.Tests;

/// <summary>Names, shapes and order of all tensors are PyTorch's, at full width, without allocating a weight.</summary>
public class GoldenModelTests
{
    static readonly JsonDocument Document = Networks.ReadGolden("models.json");

    static IEnumerable<JsonElement> All => Document.RootElement.GetProperty("models").Items();

    public static IEnumerable<TheoryDataRow<int, string>> Models => All.Select((element, i) => (element, i))
        .Where(pair => Catalog.Models.Names.Contains(pair.element.GetProperty("model").GetString()))
        .Select(pair => new TheoryDataRow<int, string>(pair.i, pair.element.GetProperty("model").GetString()!));

    [Theory, MemberData(nameof(Models))]
    public void Model_has_the_tensors_of_the_reference(int index, string model)
    {
        var want = All.ElementAt(index);

        var network = Networks.Golden(model, want.GetProperty("args"), want.GetProperty("input"));

        // What the reference holds and never computes with is left out, with the statistics beside it (docs/decisions/0018).
        var unused = want.TryGetProperty("unused", out var names)
            ? names.EnumerateArray().Select(name => name.GetString()!).ToHashSet()
            : [];
        var idle = unused.Select(Owner).ToHashSet();
        Assert.Equal(
            want.GetProperty("parameters").GetInt32() - (unused.Count > 0 ? want.GetProperty("unused_parameters").GetInt32() : 0),
            network.Layout.ParameterCount);
        Assert.Equal(Rows(want.GetProperty("tensors"), name => !unused.Contains(name)), network.Layout.Parameters.Select(Row));
        Assert.Equal(
            Rows(
                want.GetProperty("buffers"),
                name => !name.EndsWith("num_batches_tracked", StringComparison.Ordinal) && !idle.Contains(Owner(name))),
            network.Layout.Entries.Where(entry => entry.Role == TensorRole.Statistic).Select(Row));
        Assert.Equal(GoldenCase.Ints(want.GetProperty("output_shape"))[^1], network.Outputs);
        Assert.Equal(GoldenCase.Ints(want.GetProperty("output_shape"))[1..], network.Nodes[^1].OutputShape);
    }

    [Fact]
    public void Aliases_name_the_same_model()
    {
        Assert.Every(Document.RootElement.GetProperty("aliases").EnumerateObject(), alias =>
            Assert.Equal(alias.Value.GetString(), Catalog.Models.NameOf(alias.Name)));
    }

    [Fact]
    public void Every_model_of_the_catalogue_is_in_the_golden_file() =>
        Assert.Empty(Catalog.Models.Names.Except(All.Select(element => element.GetProperty("model").GetString()!))
            .Except(["DistilBert", "SqueezeBert", "MobileBert"]) // GoldenTransformerTests
            .Except(["SimpleCNN", "NIIDBenchCNN", "HeteroFLCNN"])); // not the reference's: SimpleCnnTests, BenchmarkModelTests

    static string Row(TensorEntry entry) => $"{entry.Name} {string.Join("x", entry.Shape)}";

    static IEnumerable<string> Rows(JsonElement tensors, Func<string, bool> which) =>
        from tensor in tensors.EnumerateArray()
        where which(tensor[0].GetString()!)
        select $"{tensor[0].GetString()} {string.Join("x", GoldenCase.Ints(tensor[1]))}";

    /// <summary>The layer that a tensor belongs to.</summary>
    static string Owner(string tensor) => tensor[..tensor.LastIndexOf('.')];
}
