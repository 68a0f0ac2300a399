namespace AutoFlip.Tests;

public class TrainingViewTests
{
    static readonly Experiment Tiny = TinyFederation.Experiment;
    static readonly Network Network = TinyFederation.Network(Tiny); // 16 inputs, two hidden layers of 8, 3 outputs

    /// <summary>Half of the units: outputs and so weights and biases of the hidden layers are divided by ½. Outputs of the last layer
    /// are all there.</summary>
    [Fact]
    public void Layers_with_half_of_their_units_put_out_twice_as_much()
    {
        var small = Narrow("0.5").Small;
        var values = Enumerable.Range(1, small.Layout.Count).Select(i => (float)i).ToArray();
        var (own, hidden) = (values.ToArray(), small.Layout.Entries[^2].Offset);
        var view = ScaledView.Of(Network, small)!;

        view.Enter(values);
        Assert.Equal(own[..hidden].Select(value => 2 * value).Concat(own[hidden..]), values);
        var gradients = own.ToArray();
        view.Leave(values, gradients);

        Assert.Equal(own, values);
        Assert.Equal(own[..hidden].Select(value => 2 * value).Concat(own[hidden..]), gradients);
    }

    [Fact]
    public void A_sub_model_that_is_the_whole_model_is_not_scaled() => Assert.Null(ScaledView.Of(Network, Network));

    /// <summary>ceil(r K) of K units: 3 of 5 are 0.6 and not 0.5.</summary>
    [Fact]
    public void Outputs_are_divided_by_the_units_that_there_are()
    {
        var five = TinyFederation.Network(Tiny with { HiddenSize = 5 });
        var small = new HeteroFl { ModelRates = "0.5" }.SubModelOf(new(five, 1, 0, 6, new Seeds(1))).Small;
        var values = Enumerable.Repeat(3f, small.Layout.Count).ToArray();

        ScaledView.Of(five, small)!.Enter(values);

        Assert.Equal(5f, values[0], 1e-6);
    }

    /// <summary>The gradient through a view is that of the loss by the model's own values: central differences of the loss of the
    /// scaled model.</summary>
    [Fact]
    public void The_gradient_is_that_of_the_own_values()
    {
        var small = Narrow("0.5").Small;
        using var module = new NetworkModule<double>(small);
        var random = new KeyedRandom(5);
        double[] own = [.. Enumerable.Range(0, small.Layout.Count).Select(_ => random.NextDouble(-1, 1))];
        using var input = TorchSharp.torch.ones(1, 16, TorchSharp.torch.ScalarType.Float64);

        var gradient = Array.ConvertAll(Gradient(), value => (float)value);
        ScaledView.Of(Network, small)!.Leave(new float[own.Length], gradient);

        Assert.Every([0, 7, 65, 70, 90, 100], place =>
        {
            const double Step = 1e-6;
            var slope = (Loss(place, Step) - Loss(place, -Step)) / (2 * Step);
            Assert.Equal(slope, gradient[place], 1e-5);
        });

        double Loss(int place, double step)
        {
            Set(place, step);
            using var output = module.Forward(input, training: false);
            using var sum = output.sum();
            return System.Runtime.InteropServices.MemoryMarshal.Read<double>(sum.bytes);
        }

        double[] Gradient()
        {
            Set(0, 0);
            using var output = module.Forward(input, training: true);
            using var sum = output.sum();
            sum.backward();
            return module.Gradients.ToArray();
        }

        void Set(int place, double step)
        {
            own.CopyTo(module.Values);
            module.Values[place] += step;
            for (var i = 0; i < small.Layout.Entries[^2].Offset; i++) module.Values[i] *= 2;
        }
    }

    [Fact]
    public void A_nested_model_computes_with_its_units_alone_and_moves_nothing_else()
    {
        var layout = WeightLayout.Create([("w", [4], TensorRole.Weight), ("s", [2], TensorRole.Statistic)]);
        var narrow = Selection.Of([true, true, false, false, true, false]);
        var view = new NestedView([narrow], new KeyedRandom(1));
        float[] values = [1, 2, 3, 4, 5, 6], gradients = [10, 20, 30, 40];

        view.Enter(values);
        Assert.Equal([1, 2, 0, 0, 5, 0], values);
        (values[4], values[5]) = (50, 60); // statistics that the pass has moved
        view.Leave(values, gradients);

        Assert.Equal([1, 2, 3, 4, 50, 6], values);
        Assert.Equal([10, 20, 0, 0], gradients);
        Assert.Equal(6, layout.Count);
    }

    [Fact]
    public void FjORD_draws_the_widths_up_to_the_clients_own()
    {
        var pruner = new Fjord { ModelRates = "0.25,0.5,1" };
        var contexts = Enumerable.Range(0, 6).Select(client => new SubModelContext(Network, 1, client, 6, new Seeds(7))).ToList();
        Assert.Every(contexts, context =>
        {
            var small = pruner.SubModelOf(context).Small;
            if (pruner.View(context, small) is not { } view)
            {
                Assert.Equal(0.25m, pruner.RateOf(context));
                return;
            }
            var ones = Enumerable.Repeat(1f, small.Layout.Count).ToArray();
            var widths = Enumerable.Range(0, 200).CountBy(_ =>
            {
                var values = ones.ToArray();
                view.Begin();
                view.Enter(values);
                var seen = values.Count(value => value == 1);
                view.Leave(values, new float[small.Layout.ParameterCount]);
                Assert.Equal(ones, values);
                return seen;
            }).ToDictionary();
            // widths 2, 4, 8: 16h + h + h² + h + 3h + 3 parameters
            int[] sizes = pruner.RateOf(context) == 0.5m ? [49, 103] : [49, 103, 235];
            Assert.Equal(sizes, widths.Keys.Order());
            Assert.Every(widths, width => Assert.InRange(width.Value, 200 / sizes.Length - 40, 200 / sizes.Length + 40));
        });
    }

    static Units Narrow(string rates) => new HeteroFl { ModelRates = rates }.SubModelOf(new(Network, 1, 0, 6, new Seeds(7)));
}
