namespace AutoFlip.Tests;

public class FedDstPrunerTests
{
    static readonly FedDstPruner Half = new(new PruningPlan(0.5m, 0, 1, 1))
    {
        AdjustmentInterval = 1,
        AdjustmentRatio = 0.5,
        AdjustmentEnd = 1_000_000,
    };

    static readonly Network Four = TaskCodecTests.Linear(4); // and a bias
    static readonly Mask Before = Swaps.OfLayer(1, 1, 0, 0);
    static readonly ProbeContext Context = new(1, 1, Four) { Kept = Before.KeptParameters() };

    /// <summary>Mask 1100, one of two is swapped. Client A of 1 sample returns (.1, 2): its mask loses the first, and the fourth comes.
    /// B of 3 samples returns (4, -.5) and loses the second. So 4 is B's alone, 2 is A's alone, and both stay.</summary>
    [Fact]
    public void A_weight_is_the_mean_over_the_clients_that_keep_it() => AssertAfter(
        [Reply(0, 1, [0.1f, 2, 7], [0, 1]), Reply(1, 3, [4, -0.5f, 3], [1, 0])],
        weights: [4, 2, 0, 0, 4], votes: [3, 1, 3, 1, 4], mask: [0, 1, 4]); // the bias: (1·7 + 3·3) / 4

    /// <summary>Both lose the first weight. The second is (1·2 + 3·6) / 4 = 5. Of those that came, the third has 3 samples and the
    /// fourth 1, so the third is kept.</summary>
    [Fact]
    public void A_weight_that_all_remove_goes_and_of_those_that_came_the_one_with_most_samples_stays() => AssertAfter(
        [Reply(0, 1, [0.1f, 2, 0], [0, 1]), Reply(1, 3, [0.2f, 6, 0], [1, 0])],
        weights: [9, 5, 0, 0, 0], votes: [0, 4, 3, 1, 4], mask: [1, 2, 4]); // the server's 9 is nobody's: it goes

    [Fact]
    public void An_algorithm_that_folds_by_position_is_refused() => Assert.Contains(
        "it cannot fold the models with masks of their own that Experiment.Pruner feddst gives to clients. Accepted: fedavg, ",
        Assert.Single(ExperimentRules.Violations(new Experiment
        {
            Dataset = "Digits",
            Model = "LeNet",
            Pruner = "feddst",
            Pruning = PruningKind.Unstructured,
            Algorithm = "median"
        })));

    static void AssertAfter(ClientReply[] replies, float[] weights, float[] votes, int[] mask)
    {
        var algorithm = new FedAvg(0);
        var server = algorithm.Initialize(new Weights(Four.Layout, [9, 9, 0, 0, 9]));
        var fold = algorithm.BeginRound(server, new(1, 2, 2, 0.1, Before) { Coverage = Half.CoverageIn(Context) });
        var reports = Half.BeginReports(null, 2, Context)!;
        foreach (var reply in replies)
        {
            fold.Add(reply);
            reports.Add(reply);
        }

        var after = fold.End().Weights;
        var memory = reports.End(after);
        var next = Half.Prune(new(Four, 2, [], null, new Seeds(1)) { First = 1, Weights = after, Before = Before, Memory = memory });

        Assert.Equal(weights, after.Values);
        Assert.Equal(votes, memory);
        Assert.Equal(mask, Enumerable.Range(0, 5).Where(i => next.Values[i]));
    }

    static ClientReply Reply(int client, int samples, float[] values, float[] report) => new()
    {
        Client = client,
        Examples = samples,
        ValueBytes = System.Runtime.InteropServices.MemoryMarshal.AsBytes(values.AsSpan()).ToArray(),
        Report = report,
    };
}
