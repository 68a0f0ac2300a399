using System.Text.Json;

namespace AutoFlip.Tests;

/// <summary>Names, shapes and order of all tensors are PyTorch's, at full width, without allocating a weight.</summary>
public class GoldenModelTests
{
    static readonly JsonDocument Document = Networks.ReadGolden("models.json");

    static IEnumerable<JsonElement> All => Document.RootElement.GetProperty("models").EnumerateArray();

    public static IEnumerable<TheoryDataRow<int, string>> Models => All.Select((element, i) => (element, i))
        .Where(pair => Networks.Has(pair.element.GetProperty("model").GetString()))
        .Select(pair => new TheoryDataRow<int, string>(pair.i, pair.element.GetProperty("model").GetString()!));

    [Theory, MemberData(nameof(Models))]
    public void Model_has_the_tensors_of_the_reference(int index, string model)
    {
        var want = All.ElementAt(index);

        var network = Networks.Golden(model, want.GetProperty("args"), want.GetProperty("input"));

        Assert.Equal(want.GetProperty("parameters").GetInt32(), network.Layout.ParameterCount);
        Assert.Equal(Rows(want.GetProperty("tensors")), network.Layout.Parameters.Select(Row));
        Assert.Equal(
            Rows(want.GetProperty("buffers")).Where(row => !row.Contains("num_batches_tracked", StringComparison.Ordinal)),
            network.Layout.Entries.Where(entry => entry.Role == TensorRole.Statistic).Select(Row));
        Assert.Equal(GoldenCase.Ints(want.GetProperty("output_shape"))[^1], network.Outputs);
        Assert.Equal(GoldenCase.Ints(want.GetProperty("output_shape"))[1..], network.Nodes[^1].OutputShape);
    }

    [Fact]
    public void Aliases_name_the_same_model()
    {
        foreach (var alias in Document.RootElement.GetProperty("aliases").EnumerateObject())
            Assert.Equal(alias.Value.GetString(), Catalog.Models.NameOf(alias.Name));
    }

    [Fact]
    public void Every_model_of_the_catalogue_is_in_the_golden_file() =>
        Assert.Empty(Catalog.Models.Names.Except(All.Select(element => element.GetProperty("model").GetString()!)));

    static string Row(TensorEntry entry) => $"{entry.Name} {string.Join("x", entry.Shape)}";

    static IEnumerable<string> Rows(JsonElement tensors) =>
        tensors.EnumerateArray().Select(tensor => $"{tensor[0].GetString()} {string.Join("x", GoldenCase.Ints(tensor[1]))}");
}
