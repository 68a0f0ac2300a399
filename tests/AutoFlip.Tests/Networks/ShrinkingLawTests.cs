using System.Numerics;
using System.Numerics.Tensors;
using CsCheck;
using TorchSharp;

namespace AutoFlip.Tests;

/// <summary>
/// The law of pruning, on every network and for random masks of units and of weights in them: the small network computes what the full one
/// computes with masked values, forward and backward; and nothing but what is masked is lost on the way to the small vector and back.
/// </summary>
/// <remarks>
/// Why the full network can do without a removed unit: its rows, offset, scale and shift are 0, so what it puts out is act(0). Rectifiers
/// (SiLU too), pooling, dropout and normalisation with scale and shift 0 keep 0 at 0, and so does a mean of values 0; cells of recurrent
/// layers stay at 0 (see Lstm, Gru); and where an activation makes something of 0, as the sigmoid does, the readers' columns are 0 as well.
/// </remarks>
[Trait("speed", "slow")]
public class ShrinkingLawTests
{
    public static IEnumerable<TheoryDataRow<string>> Names => LawNetworks.Names;

    [Theory, MemberData(nameof(Names))]
    public void Outputs_gradients_and_statistics_are_those_of_the_masked_network(string name) => Gen.ULong.Sample(
        seed => Compare<double>(LawNetworks.Of(name), new KeyedRandom(seed), rounding: 1e-12), iter: LawNetworks.Tries(name));

    [Theory, MemberData(nameof(Names))]
    public void In_single_precision_the_small_network_is_the_masked_one_but_for_rounding(string name) => Gen.ULong.Sample(
        seed => Compare<float>(LawNetworks.Of(name), new KeyedRandom(seed), rounding: 1e-5), iter: LawNetworks.Tries(name));

    /// <summary>So what reads them may stay as it is: only a sigmoid makes something of nothing.</summary>
    [Theory, MemberData(nameof(Names))]
    public void Units_without_what_makes_them_put_out_nothing(string name) => Gen.ULong.Sample(seed =>
    {
        torch.set_num_threads(1);
        using var scope = torch.NewDisposeScope();
        var random = new KeyedRandom(seed);
        var network = LawNetworks.Of(name);
        if (network.Nodes.Any(node => node.Layer is Sigmoid)) return;
        var mask = LawNetworks.Draw(network, random, weights: false);
        var weights = LawNetworks.Fill(network, random);
        using var masked = Load<double>(network, mask.Apply(weights));
        using var unmade = Load<double>(network, weights);
        foreach (var (group, g) in network.Groups.Select((group, g) => (group, g)))
            foreach (var membership in group.Memberships.Where(m => m.Makes && network.Layout[m.Tensor].Role != TensorRole.Statistic))
            {
                var tensor = network.Layout[membership.Tensor];
                var inner = tensor.Shape.Skip(membership.Axis + 1).Aggregate(1, (product, size) => product * size);
                for (var i = 0; i < tensor.Length; i++)
                {
                    var index = i / inner % tensor.Shape[membership.Axis] - membership.Start;
                    if (index >= 0 && index < group.Width * membership.Block && !Kept(network, mask, g)[index / membership.Block])
                        unmade.Values[tensor.Offset + i] = 0;
                }
            }

        var input = Input(network, random, torch.ScalarType.Float64);
        Near("outputs", masked.Forward(input, training: false), unmade.Forward(input, training: false), 1e-12);
    }, iter: LawNetworks.Tries(name));

    [Theory, MemberData(nameof(Names))]
    public void Expanding_what_was_shrunk_is_masking(string name) => Gen.ULong.Sample(seed =>
    {
        var random = new KeyedRandom(seed);
        var network = LawNetworks.Of(name);
        var mask = LawNetworks.Draw(network, random);
        var full = LawNetworks.Fill(network, random);

        var small = mask.Shrink(full);

        Assert.Equal(network.WithWidths(Width(network, mask)).Layout, small.Layout);
        var kept = new float[mask.SmallValues.Kept];
        mask.SmallValues.Gather(small.Values, kept);
        Assert.Equal(mask.Apply(full).Sha256(), mask.Expand(kept).Sha256()); // weights and statistics

        var slots = mask.KeptParameters(); // momentum, guidance: one number per parameter
        float[] momentum = full.Values[..slots.Count].ToArray(), travelled = new float[slots.Count], packed = new float[slots.Kept];
        slots.Gather(momentum, packed);
        slots.Scatter(packed, travelled);
        slots.Apply(momentum);
        Assert.Equal(momentum, travelled);
    }, iter: LawNetworks.Tries(name));

    /// <summary>A weight of a matrix or kernel is multiplied once per place: pixel of the output, step, or sample.
    /// Tables are read. Attention also multiplies each entry of a query with every key of its sequence, and each weight
    /// with every entry of a value.</summary>
    [Theory, MemberData(nameof(Names))]
    public void Multiply_accumulates_are_those_of_the_small_tensors(string name) => Gen.ULong.Sample(seed =>
    {
        var network = LawNetworks.Of(name);
        var mask = LawNetworks.Draw(network, new KeyedRandom(seed));
        var small = mask.Units?.Small ?? network;

        long want = 0;
        foreach (var node in small.Nodes.Where(node => node.Layer is not (null or Embedding or Positions)))
        {
            var places = node.OutputShape switch { [_, var height, var width] => height * width, [var steps, _] => steps, _ => 1 };
            foreach (var tensor in node.Tensors.Select(tensor => small.Layout[tensor]).Where(tensor => tensor.Role == TensorRole.Weight))
                want += (long)places * tensor.Length;
            if (node.Layer is Attention) want += 2L * places * places * node.OutputShape[1];
            if (node.Layer is SelfAttention attention) want += 2L * places * places / attention.Sequences * node.OutputShape[1];
        }
        Assert.Equal(want, small.MacsPerSample);
    }, iter: LawNetworks.Tries(name));

    /// <summary>The small network is a network like any other: pruning it again must work as pruning the full one did.</summary>
    [Theory, MemberData(nameof(Names))]
    public void Shrinking_twice_is_shrinking_once(string name) => Gen.ULong.Sample(seed =>
    {
        var random = new KeyedRandom(seed);
        var network = LawNetworks.Of(name);
        var full = LawNetworks.Fill(network, random);
        var first = LawNetworks.Draw(network, random, weights: false);
        var once = first.Units?.Small ?? network;
        var second = LawNetworks.Draw(once, random, weights: false);

        var twice = second.Shrink(first.Shrink(full));

        var both = new Units(network, [.. network.Groups.Select((_, g) =>
            second.Units is null ? Kept(network, first, g) : second.Units.Kept[g].Expand(Kept(network, first, g)))]);
        Assert.Equal(Mask.OfUnits(both, Selection.All(both.Small.Layout.Count)).Shrink(full).Sha256(), twice.Sha256());
    }, iter: LawNetworks.Tries(name));

    /// <summary>Guidance scores units wherever they are made, and the plan counts every slice that goes with them.</summary>
    [Theory, MemberData(nameof(Names))]
    public void A_plan_keeps_exactly_what_it_says(string name) => Gen.Select(Gen.ULong, Gen.Int[0, 5]).Sample((seed, tenths) =>
    {
        var random = new KeyedRandom(seed);
        var network = LawNetworks.Of(name);
        var scores = new float[network.Layout.ParameterCount];
        foreach (ref var score in scores.AsSpan()) score = random.NextSingle();

        var mask = new PruningPlan(tenths / 10m, 0.5, 1, 1).Prune(network, UnitScores.Of(network, scores, GuidanceScale.Rank), scores);

        Assert.Equal(PruningPlan.KeptCount(tenths / 10m, mask.Count), mask.Kept);
    }, iter: LawNetworks.Tries(name));

    /// <summary>Both networks sum the same terms in another order, which differs by rounding; a missing slice differs by about 1.</summary>
    /// <remarks>
    /// Training divides by the deviation of the batch, which may be as little as sqrt(eps) = 1/316 of a pixel: rounding grows by so much,
    /// and layer by layer in deep networks: by millions, so that these train in doubles only. And a rectifier or a window that decides
    /// otherwise, by rounding, moves a gradient by more than rounding: in doubles that does not happen, in floats it does once in some
    /// thousand runs. There gradients are compared where nothing decides.
    /// <para>A batch norm over a channel that is nearly constant in the batch, with others behind it, leaves gradients as sums of terms
    /// that cancel, of up to 1e13 in one run of thousands. What they are worth is measured: by the same batch in reverse order.</para>
    /// <para>Gradients are those of what the mask keeps, which is what is trained. A removed weight need not have one: where a kernel is
    /// left with a single weight and that reads zeros, all pixels of a window are equal, the loss has a kink in the removed weights, and
    /// which pixel wins is up to rounding.</para>
    /// </remarks>
    static void Compare<T>(Network network, KeyedRandom random, double rounding) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        torch.set_num_threads(1);
        using var scope = torch.NewDisposeScope();
        var mask = LawNetworks.Draw(network, random);
        var weights = LawNetworks.Fill(network, random);
        using var full = Load<T>(network, mask.Apply(weights));
        using var small = Load<T>(mask.Units?.Small ?? network, mask.Shrink(weights));
        var type = typeof(T) == typeof(double) ? torch.ScalarType.Float64 : torch.ScalarType.Float32;
        var input = Input(network, random, type);
        var present = mask.Units?.Present ?? Selection.All(network.Layout.Count);

        var deep = LawNetworks.IsDeep(network);
        var trained = deep ? 1e6 * rounding : network.Nodes.Any(node => node.Layer is BatchNorm2d) ? 1e3 * rounding : rounding;
        var decides = network.Nodes.Any(node => node.Layer is ReLU or ReLU6 or HardSwish or HardSigmoid or MaxPool2d);

        Near("outputs", full.Forward(input, training: false), small.Forward(input, training: false), rounding);
        if (deep && typeof(T) == typeof(float)) return;

        torch.Tensor fullOutput = full.Forward(input, training: true), smallOutput = small.Forward(input, training: true);
        Near("outputs of training", fullOutput, smallOutput, trained);
        var direction = torch.tensor(
            [.. Enumerable.Range(0, (int)fullOutput.numel()).Select(_ => random.NextGaussian())], fullOutput.shape).to_type(type);
        fullOutput.mul(direction).sum().backward();
        smallOutput.mul(direction).sum().backward();
        Near("statistics", Gather<T>(full.Values, present), Doubles<T>(small.Values), trained);
        if (typeof(T) != typeof(double) && decides) return;

        using var backwards = Load<T>(network, mask.Apply(weights));
        backwards.Forward(input.flip(0), training: true).mul(direction.flip(0)).sum().backward();
        var gradients = Gather<T>(full.Gradients, mask.Values);
        var noise = gradients.Zip(Gather<T>(backwards.Gradients, mask.Values), (one, other) => Math.Abs(one - other)).Max();
        Near("gradients", gradients, Gather<T>(small.Gradients, mask.SmallValues), 10 * trained, 100 * noise);
    }

    static Selection Kept(Network network, Mask mask, int group) => mask.Units?.Kept[group] ?? Selection.All(network.Groups[group].Width);

    static Func<ChannelGroup, int> Width(Network network, Mask mask) => group => Kept(network, mask, network.Groups.IndexOf(group)).Kept;

    static torch.Tensor Input(Network network, KeyedRandom random, torch.ScalarType type) => torch.tensor(
        LawNetworks.Samples(network, random), [3, network.Input.Channels, network.Input.Height, network.Input.Width]).to_type(type);

    static NetworkModule<T> Load<T>(Network network, Weights weights) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var module = new NetworkModule<T>(network);
        TensorPrimitives.ConvertTruncating<float, T>(weights.Values, module.Values);
        return module;
    }

    static double[] Doubles<T>(ReadOnlySpan<T> values) where T : INumberBase<T>
    {
        var doubles = new double[values.Length];
        TensorPrimitives.ConvertTruncating<T, double>(values, doubles);
        return doubles;
    }

    /// <summary>What is present of a full vector, or of its parameters.</summary>
    static double[] Gather<T>(ReadOnlySpan<T> full, Selection present) where T : INumberBase<T> =>
        [.. Doubles(full).Where((_, i) => present[i])];

    static void Near(string what, torch.Tensor want, torch.Tensor got, double tolerance) => Near(
        what, [.. want.to_type(torch.ScalarType.Float64).data<double>()], [.. got.to_type(torch.ScalarType.Float64).data<double>()],
        tolerance);

    /// <summary>Every difference is at most <paramref name="tolerance"/> times the largest value, or <paramref name="noise"/>.</summary>
    static void Near(string what, double[] want, double[] got, double tolerance, double noise = 0)
    {
        Assert.Equal(want.Length, got.Length);
        var allowed = Math.Max(tolerance * want.Max(Math.Abs), noise);
        for (var i = 0; i < want.Length; i++)
            Assert.True(
                Math.Abs(want[i] - got[i]) <= allowed, $"{what} {i}: want {want[i]:r}, got {got[i]:r}, allowed difference {allowed:g3}");
    }
}
