using System.Globalization;
using System.Text.Json;
using TorchSharp;

namespace AutoFlip.Tests;

/// <summary>What transformers has beside outputs, gradients and steps (GoldenForwardTests): names, masks, pruned outputs.</summary>
[Trait("speed", "slow")]
public class GoldenTransformerTests
{
    static readonly JsonElement Golden = GoldenFile.Read("transformers.json");

    public static IEnumerable<TheoryDataRow<string>> Published =>
        Golden.GetProperty("models").Items().Select(model => new TheoryDataRow<string>(model.GetProperty("id").GetString()!));

    public static IEnumerable<TheoryDataRow<string>> Padded =>
        GoldenCase.TransformerIds.Where(id => id.EndsWith("-padded", StringComparison.Ordinal)).Select(id => new TheoryDataRow<string>(id));

    /// <summary>MobileBert's tensors lie in another order than transformers registers them in.</summary>
    [Theory, MemberData(nameof(Published))]
    public void Encoders_have_the_tensors_of_transformers(string id)
    {
        var want = Golden.GetProperty("models").Items().Single(model => model.GetProperty("id").GetString() == id);
        var model = want.GetProperty("model").GetString()!;

        var network = Networks.Transformer(
            model, want.GetProperty("config"), new(want.GetProperty("input").GetProperty("shape")[1].GetInt32(), 1, 1), outputs: 4,
            masked: true);

        var names = want.GetProperty("tensors").Items().Select(t => $"{t[0].GetString()} {string.Join("x", GoldenCase.Ints(t[1]))}");
        var got = network.Layout.Parameters.Select(entry => $"{entry.Name} {string.Join("x", entry.Shape)}");
        if (model == "MobileBert") (names, got) = (names.Order(), got.Order());
        Assert.Equal(names, got);
        Assert.Equal(want.GetProperty("parameters").GetInt32(), network.Layout.ParameterCount);
        Assert.Equal(
            want.GetProperty("encoder_parameters").GetInt32(),
            network.Layout.Parameters.Where(entry => entry.Name.StartsWith("features.", StringComparison.Ordinal))
                .Sum(entry => entry.Length));
    }

    [Theory, MemberData(nameof(Padded))]
    public void Without_a_mask_padding_is_attended_to(string id)
    {
        var golden = GoldenCase.Load(id, "hash");
        var want = golden.Run.GetProperty("float64").GetProperty("outputs_unmasked").Doubles();

        Near(want, Outputs(golden.Build(masked: false), golden, golden.Weights()));
    }

    /// <summary>The slices of a unit are those of its group, and without them the small network says what the full one says when they
    /// are 0.</summary>
    [Theory, MemberData(nameof(Padded))]
    public void Pruned_encoders_equal_those_of_transformers(string id)
    {
        var golden = GoldenCase.Load(id, "hash");
        var network = golden.Network;
        Mask? all = null;
        foreach (var pruned in golden.Run.GetProperty("pruned").Items())
        {
            Mask mask;
            if (pruned.TryGetProperty("zeroed", out var zeroed))
            {
                mask = MaskOf(network, zeroed);
                all = all is null ? mask : all.Intersect(mask);
            }
            else mask = all!;
            var want = pruned.GetProperty("outputs").Doubles();
            var weights = new Weights(network.Layout, golden.Weights());

            Near(want, Outputs(network, golden, mask.Apply(weights).ToArray()));
            Near(want, Outputs(mask.Shrink(network), golden, mask.Shrink(weights).ToArray()));
        }
    }

    static Mask MaskOf(Network network, JsonElement zeroed)
    {
        var gone = zeroed.EnumerateObject().ToDictionary(
            tensor => tensor.Name,
            tensor => tensor.Value.EnumerateObject().ToDictionary(
                axis => int.Parse(axis.Name, CultureInfo.InvariantCulture), axis => GoldenCase.Ints(axis.Value).ToHashSet()));
        bool IsGone(Membership m, int unit) => gone.TryGetValue(m.Tensor, out var axes) && axes.TryGetValue(m.Axis, out var indices)
            && indices.Contains(m.Start + unit * m.Block);
        var kept = network.Groups
            .Select(group => Enumerable.Range(0, group.Width).Select(unit => !group.Memberships.Any(m => IsGone(m, unit))).ToArray())
            .ToArray();

        var want = zeroed.EnumerateObject().SelectMany(
            tensor => tensor.Value.EnumerateObject().SelectMany(
                axis => GoldenCase.Ints(axis.Value).Select(index => $"{tensor.Name} {axis.Name} {index}"))).Order();
        var got = network.Groups.Zip(kept).SelectMany(pair => pair.First.Memberships.SelectMany(
            m => Enumerable.Range(0, pair.First.Width).Where(unit => !pair.Second[unit]).SelectMany(
                unit => Enumerable.Range(m.Start + unit * m.Block, m.Block).Select(index => $"{m.Tensor} {m.Axis} {index}"))));
        Assert.Equal(want, got.Distinct().Order());
        var units = new Units(network, [.. kept.Select(Selection.Of)]);
        return Mask.OfUnits(units, Selection.All(units.Small.Layout.Count));
    }

    static double[] Outputs(Network network, GoldenCase golden, float[] weights)
    {
        using var scope = torch.NewDisposeScope();
        using var module = new NetworkModule<double>(network);
        for (var i = 0; i < weights.Length; i++) module.Values[i] = weights[i];
        var input = torch.tensor(golden.Input, [golden.InputShape[0], network.Input.Channels, 1, 1]).to_type(torch.ScalarType.Float64);
        return [.. module.Forward(input, training: false).data<double>()];
    }

    static void Near(double[] want, double[] got)
    {
        Assert.Equal(want.Length, got.Length);
        for (var i = 0; i < want.Length; i++) Assert.Equal(want[i], got[i], 1e-9);
    }
}
