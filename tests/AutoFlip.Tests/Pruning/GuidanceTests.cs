using CsCheck;

namespace AutoFlip.Tests;

public class GuidanceTests
{
    /// <summary>One epoch of one batch of plain SGD at rate 1/2: w_c = w_0 - g/2, so exploration itself tells g.</summary>
    static readonly Experiment OneStep = TinyFederation.Experiment with
    {
        Optimizer = "SGD",
        Momentum = 0,
        BatchSize = 0,
        LearningRate = 0.5,
        ExplorationEpochs = 1
    };

    public static TheoryData<string> Names => [.. Catalog.Guidances.Names];

    [Fact]
    public void Each_guidance_of_one_step_follows_from_its_gradient()
    {
        var initial = TinyFederation.Initial(OneStep).Parameters.ToArray();
        var moved = Explore("agreement", OneStep);
        var (deviation, saliency, fisher) = (Explore("deviation", OneStep), Explore("saliency", OneStep), Explore("fisher", OneStep));

        Assert.Contains(moved, value => value < 0);
        Assert.Contains(moved, value => value > 0);
        for (var i = 0; i < moved.Length; i++)
        {
            var gradient = moved[i] / -0.5; // rounded once when w_c was stored: 2^-24 of a weight below 2
            Assert.Equal(moved[i] * moved[i], deviation[i]);
            Assert.Equal(Math.Abs(initial[i] * gradient), saliency[i], 1e-6);
            Assert.Equal(gradient * gradient, fisher[i], 1e-5);
        }
    }

    /// <summary>Several epochs of several batches, each with its own parameters and gradient, added up here in double.</summary>
    [Fact]
    public void Over_many_batches_it_is_the_mean_of_each()
    {
        var experiment = TinyFederation.Experiment with { ExplorationEpochs = 3 };
        List<(float[] W, float[] G)> batches = [];
        using var workspace = new Workspace(Catalog.Optimizers[experiment.Optimizer](experiment));
        Training(experiment, workspace).Run(3, adjustGradients: (w, g) => batches.Add((w.ToArray(), g.ToArray())));

        var (saliency, fisher) = (Explore("saliency", experiment), Explore("fisher", experiment));

        Assert.True(batches.Count > 3);
        for (var i = 0; i < fisher.Length; i++)
        {
            Assert.Equal(batches.Average(batch => Math.Abs((double)batch.W[i] * batch.G[i])), saliency[i], 1e-6);
            Assert.Equal(batches.Average(batch => (double)batch.G[i] * batch.G[i]), fisher[i], 1e-6);
        }
    }

    /// <summary>|mean d| = mean distance times agreement. Three explorers by +2, one by -2: mean 1, distance 2,
    /// agreement 2·3/4 - 1 = 1/2.</summary>
    [Fact]
    public void Agreement_is_the_distance_times_how_far_explorers_agree()
    {
        float[] mean = [(2 + 2 + 2 - 2) / 4f, -0.5f, 0];

        new AgreementGuidance().Finish(mean);

        Assert.Equal([2 * 0.5f, 0.5f, 0], mean);
        Gen.Double[-5, 5].Array[1, 9].Where(d => d.Any(x => x != 0)).Sample(d =>
        {
            double up = d.Where(x => x > 0).Sum(), down = -d.Where(x => x < 0).Sum();
            float[] one = [(float)d.Average()];
            new AgreementGuidance().Finish(one);
            Assert.Equal((up + down) / d.Length * (Math.Abs(up - down) / (up + down)), one[0], 1e-5);
        });
    }

    [Theory, MemberData(nameof(Names))]
    public async Task Each_guidance_prunes_a_federation_exactly_and_alike_with_any_number_of_workers(string name)
    {
        var experiment = TinyFederation.Experiment with { Guidance = name, Rounds = 2 };
        var one = await TinyFederation.RunAsync(
            experiment, inspect: result => Assert.Equal(PruningPlan.KeptCount(0.3m, result.Mask.Count), result.Mask.Kept));
        var three = await TinyFederation.RunAsync(experiment, workers: 3);

        Assert.Equal(one.Global.Sha256(), three.Global.Sha256());
    }

    [Fact]
    public async Task Guidances_differ()
    {
        var masks = new HashSet<string>();
        foreach (var name in Catalog.Guidances.Names)
            await TinyFederation.RunAsync(
                TinyFederation.Experiment with { Guidance = name, Rounds = 1, StructuredShare = 0.5 },
                inspect: result => masks.Add(result.Mask.Values.Sha256));

        Assert.Equal(Catalog.Guidances.Names.Count(), masks.Count);
    }

    static float[] Explore(string guidance, Experiment experiment)
    {
        using var workspace = new Workspace(Catalog.Optimizers[experiment.Optimizer](experiment));
        return Catalog.Pruners["autoflip"](experiment with { Guidance = guidance, StructuredShare = 0.5 })
            .Explore(Training(experiment, workspace));
    }

    static LocalTraining Training(Experiment experiment, Workspace workspace)
    {
        var data = TinyFederation.Data(experiment);
        var initial = TinyFederation.Initial(experiment);
        var task = new ClientTask(ClientWork.Explore, 0, experiment.LearningRate, initial, Mask.Dense(initial.Layout));
        return new(
            experiment, workspace, Catalog.Criteria["CrossEntropyLoss"], TinyFederation.Network(experiment), task, 0, data.Train,
            data.Clients[0].Train, new NoMemory(), default);
    }
}
