using System.Collections.Immutable;

namespace AutoFlip.Tests;

public class WeightLayoutTests
{
    // Statistics stand between the parameters, as a network declares them.
    static readonly WeightLayout Layout = WeightLayout.Create(
    [
        ("conv.weight", [4, 3, 2, 2], TensorRole.Weight),
        ("bn.running_mean", [4], TensorRole.Statistic),
        ("conv.bias", [4], TensorRole.Bias),
        ("bn.running_var", [4], TensorRole.Statistic),
        ("bn.weight", [4], TensorRole.Norm),
    ]);

    [Fact]
    public void Create_puts_parameters_first_and_statistics_behind_in_their_own_order()
    {
        Assert.Equal(
            ["conv.weight", "conv.bias", "bn.weight", "bn.running_mean", "bn.running_var"], Layout.Entries.Select(entry => entry.Name));
        Assert.Equal([0, 48, 52, 56, 60], Layout.Entries.Select(entry => entry.Offset)); // 4 * 3 * 2 * 2 = 48, then fours
        Assert.Equal(64, Layout.Count);
        Assert.Equal(56, Layout.ParameterCount);
        Assert.Equal(["conv.weight", "conv.bias", "bn.weight"], Layout.Parameters.Select(entry => entry.Name));
    }

    [Fact]
    public void Entries_tile_the_vector()
    {
        var next = 0;
        foreach (var entry in Layout.Entries)
        {
            Assert.Equal(next, entry.Range.Start.Value);
            next = entry.Range.End.Value;
        }
        Assert.Equal(Layout.Count, next);
    }

    [Fact]
    public void Indexer_finds_a_tensor_by_name_or_says_that_there_is_none()
    {
        Assert.Equal(TensorRole.Norm, Layout["bn.weight"].Role);
        Assert.Contains("'bn.Weight'", Assert.Throws<KeyNotFoundException>(() => Layout["bn.Weight"]).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Scalar_has_one_value() => Assert.Equal(1, One("s", []).Count);

    [Fact]
    public void Empty_layout_has_no_values()
    {
        var empty = WeightLayout.Create([]);

        Assert.Equal((0, 0), (empty.Count, empty.ParameterCount));
    }

    [Theory]
    [InlineData(0), InlineData(-1)]
    public void Empty_axis_is_refused(int size) =>
        Assert.Contains("'w'", Assert.Throws<ArgumentException>(() => One("w", [3, size])).Message, StringComparison.Ordinal);

    [Fact]
    public void Two_tensors_of_one_name_are_refused() =>
        Assert.Throws<ArgumentException>(() => WeightLayout.Create([("w", [1], TensorRole.Weight), ("w", [2], TensorRole.Statistic)]));

    [Fact]
    public void Vector_of_more_than_an_int_of_values_is_refused()
    {
        Assert.Throws<OverflowException>(() => One("w", [1 << 16, 1 << 16]));
        Assert.Throws<OverflowException>(() =>
            WeightLayout.Create([("a", [1 << 30], TensorRole.Weight), ("b", [1 << 30], TensorRole.Weight)]));
    }

    [Fact]
    public void Fingerprint_is_the_hash_of_names_shapes_and_roles() =>
        // sha256 of "a.weight [2, 3] Weight\nbn.running_mean [1] Statistic", worked out in Python
        Assert.Equal("a0e55a6dec32fa9b6aef77a13e671dc469d54f26d64ba37942886f8fba6d938e", WeightLayout.Create(
            [("bn.running_mean", [1], TensorRole.Statistic), ("a.weight", [2, 3], TensorRole.Weight)]).Fingerprint);

    [Fact]
    public void Layouts_are_equal_by_names_shapes_and_roles()
    {
        var same = One("w", [2, 3]);

        Assert.Equal(One("w", [2, 3]), same);
        Assert.Equal(One("w", [2, 3]).GetHashCode(), same.GetHashCode());
        Assert.NotEqual(One("v", [2, 3]), same);
        Assert.NotEqual(One("w", [3, 2]), same);
        Assert.NotEqual(One("w", [6]), same);
        Assert.NotEqual(WeightLayout.Create([("w", [2, 3], TensorRole.Statistic)]), same);
        Assert.False(same.Equals((object?)null));
        Assert.False(same.Equals("w"));
    }

    static WeightLayout One(string name, ImmutableArray<int> shape) => WeightLayout.Create([(name, shape, TensorRole.Weight)]);
}
