using System.Text.Json;

namespace AutoFlip.Tests;

[Trait("speed", "slow")]
public class InitializationTests
{
    static readonly JsonDocument Document = Networks.ReadGolden("init.json");

    static IEnumerable<JsonElement> All => Document.RootElement.GetProperty("cases").Items();

    public static IEnumerable<TheoryDataRow<int, string, string, double>> Cases => All.Select((element, i) => (element, i))
        .Where(pair => Catalog.Models.Names.Contains(pair.element.GetProperty("model").GetString()))
        .Select(pair => new TheoryDataRow<int, string, string, double>(
            pair.i, pair.element.GetProperty("model").GetString()!, pair.element.GetProperty("init_type").GetString()!,
            pair.element.GetProperty("gain").GetDouble()));

    [Theory, MemberData(nameof(Cases))]
    public void Scheme_has_the_deviation_of_the_reference(int index, string model, string scheme, double gain)
    {
        var network = Networks.Golden(model, All.ElementAt(index).GetProperty("args"));

        var weights = Initialization.Draw(network, Catalog.Initializers[scheme], gain, new Seeds(1));

        var tensors = All.ElementAt(index).GetProperty("tensors").Items().ToArray();
        Assert.Equal(tensors.Length, network.Layout.Parameters.Count());
        foreach (var want in tensors)
        {
            var name = want.GetProperty("name").GetString()!;
            Assert.Equal(want.GetProperty("shape").Ints(), network.Layout[name].Shape);
            var values = weights[name];
            if (want.TryGetProperty("value", out var constant))
            {
                Assert.Every(values.ToArray(), value => Assert.Equal(constant.GetSingle(), value));
                continue;
            }
            double squares = 0;
            foreach (var value in values) squares += (double)value * value;
            var deviation = want.GetProperty("std").GetDouble();
            Assert.InRange(Math.Sqrt(squares / values.Length) / deviation - 1, -Allowed(want), Allowed(want));
            if (want.TryGetProperty("bound", out var bound))
                Assert.Every(values.ToArray(), value => Assert.InRange(value, -bound.GetSingle(), bound.GetSingle()));
        }
    }

    /// <summary>Five standard errors; by the file's own formula where it does not say (kurtosis: normal 3, uniform 1.8).</summary>
    static double Allowed(JsonElement want) => want.TryGetProperty("relative_tolerance", out var tolerance)
        ? tolerance.GetDouble()
        : 5 * Math.Sqrt(((want.GetProperty("distribution").GetString() == "normal" ? 3 : 1.8) - 1) / 4
            / GoldenCase.Ints(want.GetProperty("shape")).Aggregate(1, (product, size) => product * size));

    /// <summary>PyTorch: weights and offsets uniform within 1 / sqrt(fan_in), of a kernel of 3x5x5 1/sqrt(75), of a row of 256
    /// 1/16. Deviation of a uniform draw: bound / sqrt(3).</summary>
    [Fact]
    public void PyTorchs_own_scheme_draws_offsets_too()
    {
        var network = new NetworkBuilder("n", new(3, 12, 12))
            .Conv2d(256, 5).BatchNorm2d().AdaptiveAvgPool2d(1).Flatten().Linear(100).Build(100);

        var weights = Initialization.Draw(network, Catalog.Initializers["torch"], 1, new Seeds(4));

        Assert.Every(
            [("0.weight", 75.0), ("0.bias", 75), ("4.weight", 256), ("4.bias", 256)],
            tensor =>
            {
                var (values, bound) = (weights[tensor.Item1].ToArray(), 1 / Math.Sqrt(tensor.Item2));
                Assert.Every(values, value => Assert.InRange(value, -bound, bound));
                Assert.InRange(Math.Sqrt(values.Average(value => (double)value * value)) / (bound / Math.Sqrt(3)), 0.85, 1.15);
                Assert.NotInRange(values.Max(), -bound, 0.9 * bound);
            });
        Assert.Every(weights["1.weight"].ToArray(), scale => Assert.Equal(1, scale));
        Assert.Every(weights["1.bias"].ToArray(), offset => Assert.Equal(0, offset));
    }

    [Theory, InlineData(5, 40), InlineData(40, 40), InlineData(70, 40), InlineData(100, 7)]
    public void Orthogonal_rows_or_columns_are_orthonormal_times_gain(int rows, int columns)
    {
        var values = new float[rows * columns];

        Initialization.Orthogonal(values, [rows, columns], 0.5, new KeyedRandom(3));

        // Of the shorter side every vector has length gain, and each pair the product 0; float32 rounding is all the error there is.
        int count = Math.Min(rows, columns), length = Math.Max(rows, columns);
        float At(int vector, int k) => rows <= columns ? values[vector * columns + k] : values[k * columns + vector];
        for (var i = 0; i < count; i++)
            for (var j = 0; j <= i; j++)
                Assert.Equal(i == j ? 0.25 : 0, Enumerable.Range(0, length).Sum(k => (double)At(i, k) * At(j, k)), 1e-7);
    }

    [Fact]
    public void Running_variance_starts_at_one_and_mean_at_zero()
    {
        var network = Catalog.Models["ResNet10"](new(3, 24, 24), 10, new ModelOptions { HiddenSize = 2 });

        var weights = Initialization.Draw(network, Initialization.Xavier, 1, new Seeds(1));

        Assert.Every(network.Layout.Entries.Where(entry => entry.Role == TensorRole.Statistic), entry =>
        {
            var want = entry.Name.EndsWith("running_var", StringComparison.Ordinal) ? 1 : 0;
            Assert.Every(weights[entry.Name].ToArray(), value => Assert.Equal(want, value));
        });
    }

    [Fact]
    public void Seeds_decide_the_weights()
    {
        var network = TwoNn.Create(new(1, 8, 8), 10, new ModelOptions());

        string Hash(ulong seed) => Initialization.Draw(network, Initialization.Xavier, 1, new Seeds(seed)).Sha256();

        Assert.Equal(Hash(1), Hash(1));
        Assert.NotEqual(Hash(1), Hash(2));
    }

    [Fact]
    public void A_tensor_is_drawn_alike_whatever_stands_before_it()
    {
        // Only the first matrix differs in size; each later tensor has its own stream.
        var small = Initialization.Draw(TwoNn.Create(new(1, 8, 8), 10, new ModelOptions()), Initialization.Normal, 1, new Seeds(1));
        var large = Initialization.Draw(TwoNn.Create(new(3, 9, 9), 10, new ModelOptions()), Initialization.Normal, 1, new Seeds(1));

        Assert.Equal(small["features.3.weight"], large["features.3.weight"]);
    }
}
