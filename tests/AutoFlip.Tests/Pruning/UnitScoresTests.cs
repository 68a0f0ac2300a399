namespace AutoFlip.Tests;

public class UnitScoresTests
{
    /// <summary>Two hidden units of a 2-2-1 network. Unit 0: weights 1, 3, bias 2: mean 2. Unit 1: weights 2, 0, bias 0:
    /// mean 2/3. Their mean is 4/3, so 1.5 and 0.5; their ranks 2 and 1, less a half, over 2.</summary>
    [Fact]
    public void A_units_score_is_the_mean_over_its_incoming_weights_and_bias_scaled_within_its_layer()
    {
        var network = new NetworkBuilder("n", new SampleShape(2, 1, 1)).Flatten().Linear(2).ReLU().Linear(1).Build(1);
        var scores = new float[network.Layout.ParameterCount];
        scores[0] = 1;
        scores[1] = 3;
        scores[2] = 2; // unit 1's first weight
        scores[4] = 2; // unit 0's bias
        scores[6] = 9; // what the next layer reads does not count

        var hidden = Enumerable.Range(0, network.Groups.Length).Single(g => !network.Groups[g].IsFixed);
        Assert.Equal([1.5, 0.5], UnitScores.Of(network, scores, GuidanceScale.Mean)[hidden]);
        Assert.Equal([0.75, 0.25], UnitScores.Of(network, scores, GuidanceScale.Rank)[hidden]);
    }

    /// <summary>The same network: unit 1 scores less than unit 0. The group's six incoming parameters in their order: weights [2, 2] of
    /// unit 1 and its bias, then those of unit 0. The output's weights [1, 2] and its bias go last.</summary>
    [Fact]
    public void Single_weights_go_in_the_order_of_their_units_and_outputs_last()
    {
        var network = new NetworkBuilder("n", new SampleShape(2, 1, 1)).Flatten().Linear(2).ReLU().Linear(1).Build(1);

        var scores = UnitScores.PerWeight(network, [.. network.Groups.Select(group => group.IsFixed ? [0.1, 0] : new[] { 0.75, 0.25 })]);

        const float Last = float.MaxValue;
        float[] want = [3.5f / 6, 4.5f / 6, 0.5f / 6, 1.5f / 6, 5.5f / 6, 2.5f / 6, Last, Last, Last];
        Assert.Equal(want, scores, (a, b) => a == b || Math.Abs(a - b) < 1e-6f);
    }

    /// <summary>Two layers of 8·8 + 8 incoming parameters, 12 weights go: six of each, of its lowest unit.</summary>
    [Fact]
    public void Every_layer_loses_the_same_share_of_single_weights()
    {
        var network = new NetworkBuilder("n", new SampleShape(8, 1, 1)).Flatten().Linear(8).ReLU().Linear(8).ReLU().Linear(1).Build(1);
        double[][] units = [.. network.Groups.Select((_, g) => Enumerable.Range(0, 8).Select(u => (double)(u * (g + 1) % 8)).ToArray())];

        var mask = new PruningPlan(0.079m, 1, 8, 8).Prune(network, units, UnitScores.PerWeight(network, units)); // no unit may go

        var kept = mask.Values;
        Assert.Equal(12, mask.Count - mask.Kept);
        Assert.Equal([6, 6], new[] { "1.weight", "3.weight" }.Select(name =>
            network.Layout[name].Length - kept.KeptIn(network.Layout[name].Offset, network.Layout[name].Length)));
        Assert.Equal(2, kept.KeptIn(network.Layout["1.weight"].Offset, 8)); // of unit 0
    }

    /// <summary>Table [3, 2] with columns (1, 3, 5) and (2, 4, 6): sums 9 and 12, mean 10.5. Cells: rows of
    /// four gates and their offsets.</summary>
    [Fact]
    public void Units_are_scored_by_what_makes_them_columns_and_gate_rows_too()
    {
        var network = new NetworkBuilder("test", new(1, 1, 1)).Embedding(3, 2).Lstm(2).LastStep().Linear(1).Build(1);
        var scores = new float[network.Layout.ParameterCount];
        for (var i = 0; i < 6; i++) scores[i] = i + 1;
        int At(string tensor, int index) => network.Layout[tensor].Offset + index;
        scores[At("1.weight_ih_l0", 2 * 0 + 1)] = 3; // gate i, cell 0
        scores[At("1.weight_hh_l0", 2 * 7 + 0)] = 4; // gate o, cell 1, reading cell 0
        scores[At("1.bias_hh_l0", 5)] = 1; // gate g, cell 1
        scores[At("3.weight", 0)] = 100; // reads cell 0

        var units = UnitScores.Of(network, scores, GuidanceScale.Mean);

        Assert.Equal([9 / 10.5f, 12 / 10.5f], units[1].Select(unit => (float)unit));
        Assert.Equal([3 / 4f, 5 / 4f], units[2].Select(unit => (float)unit));
        Assert.Equal([9 / 3.0, 12 / 3.0], UnitScores.Of(network, scores, GuidanceScale.None)[1]); // unscaled: the means themselves
    }

    [Fact]
    public void Score_of_a_unit_with_a_single_weight_is_that_weights()
    {
        var network = new NetworkBuilder("n", new SampleShape(1, 1, 1)).Conv2d(2, 1, bias: false).Flatten().Linear(1).Build(1);

        Assert.Equal([3, 5], UnitScores.Of(network, [3, 5, 9, 9, 9], GuidanceScale.None)[1]);
    }

    /// <summary>Two branches of two channels, concatenated and normalised: the second branch begins at index 2 of the normalisation's
    /// tensors. Per channel a weight and a bias of the convolution and the bias of the normalisation. Branch a: (9 + 0 + 3) / 3, (0 + 2 +
    /// 4) / 3. Branch b: (1 + 3 + 2) / 3, (3 + 1 + 5) / 3.</summary>
    [Fact]
    public void Units_behind_a_concatenation_are_scored_by_their_own_part_of_each_tensor()
    {
        var network = new NetworkBuilder("n", new SampleShape(1, 1, 1))
            .Fork("both", new Concat(), ("a", a => a.Conv2d(2, 1)), ("b", b => b.Conv2d(2, 1))).BatchNorm2d().Flatten().Linear(1).Build(1);
        float[] scores =
        [
            9, 0, 0, 2, // a: weight [2, 1, 1, 1], bias [2]
            1, 3, 3, 1, // b, likewise
            7, 7, 7, 7, // scale of the normalisation [4]: does not count
            3, 4, 2, 5, // its bias [4]
            7, 7, 7, 7, 7, // the next layer's weights and bias: do not count
        ];

        var units = UnitScores.Of(network, scores, GuidanceScale.None);

        Assert.Equal(["a.0 (2)", "b.0 (2)"], network.Groups[1..3].Select(group => group.ToString()));
        Assert.Equal([4, 2], units[1]);
        Assert.Equal([2, 3], units[2]);
    }

    /// <summary>Weights of the convolution are used at 4 x 4 places, those of linear layers once: means 32 and 16 of its units become 2 and
    /// 1, those of the hidden layer stay.</summary>
    [Fact]
    public void Per_multiply_accumulate_a_unit_counts_by_how_often_its_weights_are_used()
    {
        var network = new NetworkBuilder("n", new SampleShape(1, 4, 4))
            .Conv2d(2, 1).Flatten().Linear(2).ReLU().Linear(1).Build(1);
        var scores = new float[network.Layout.ParameterCount];
        float[] convolution = [24, 16, 40, 16]; // weight [2, 1, 1, 1] and bias [2]
        convolution.CopyTo(scores, 0);
        scores.AsSpan(network.Layout["2.weight"].Range).Fill(3);
        scores.AsSpan(network.Layout["2.bias"].Range).Fill(3);

        var units = UnitScores.Of(network, scores, GuidanceScale.Mac);

        Assert.Equal([2, 1], units[1]);
        Assert.Equal([3, 3], units[2]);
        Assert.Equal([32, 16], UnitScores.Of(network, scores, GuidanceScale.None)[1]);
    }

    /// <summary>Texts of three tokens: a cell's weights, four gates by (2 + 2), are used once a step; a look-up is no product and counts
    /// as one use.</summary>
    [Fact]
    public void Per_multiply_accumulate_a_cells_weights_are_used_in_every_step_and_a_table_once()
    {
        var network = new NetworkBuilder("test", new(3, 1, 1)).Embedding(3, 2).Lstm(2).LastStep().Linear(1).Build(1);
        var scores = new float[network.Layout.ParameterCount];
        Array.Fill(scores, 6);

        var units = UnitScores.Of(network, scores, GuidanceScale.Mac);

        Assert.Equal([6, 6], units[1]);
        Assert.Equal([2, 2], units[2]);
    }

    /// <summary>The first layer moves a million times less, and one of its units a thousand times more than the rest.</summary>
    [Theory]
    [InlineData(GuidanceScale.Rank, 4, 4), InlineData(GuidanceScale.Auto, 4, 4)]
    [InlineData(GuidanceScale.Mean, 1, 7), InlineData(GuidanceScale.MinMax, 1, 7)]
    public void Under_rank_each_layer_loses_the_same_share_of_units_whatever_moves_how_far(GuidanceScale scale, int first, int second)
    {
        var network = new NetworkBuilder("n", new SampleShape(8, 1, 1)).Flatten().Linear(8).ReLU().Linear(8).ReLU().Linear(8).Build(8);
        var scores = new float[network.Layout.ParameterCount];
        for (var i = 0; i < scores.Length; i++) scores[i] = 100 + i / 8 % 8; // rows of 8: the units of a layer rise a little
        foreach (ref var score in scores.AsSpan(0, 72)) score *= 1e-6f;
        foreach (ref var score in scores.AsSpan(56, 8)) score *= 1000;

        var units = UnitScores.Of(network, scores, scale);
        var mask = new PruningPlan(0.6m, 1, 1, 1).Prune(network, units, scores);

        Assert.Equal((first, second), (mask.Units!.Kept[1].Kept, mask.Units.Kept[2].Kept));
    }
}
