namespace AutoFlip.Tests;

/// <summary>Laws of a round: which rounds are evaluated, and what becomes of running statistics.</summary>
public class RoundLawTests
{
    static readonly Experiment Tiny = TinyFederation.Experiment with { Pruner = "none" };

    [Theory]
    [InlineData(5, 2, new[] { 2, 4, 5 }), InlineData(4, 2, new[] { 2, 4 }), InlineData(2, 5, new[] { 2 })]
    [InlineData(3, 1, new[] { 1, 2, 3 })]
    public async Task Every_nth_round_is_evaluated_and_the_last_one_always(int rounds, int every, int[] evaluated)
    {
        var outcome = await TinyFederation.RunAsync(Tiny with { Rounds = rounds, EvaluateEvery = every });

        Assert.Equal(evaluated, outcome.Rounds.Where(round => round.Report.ServerEvaluated is not null).Select(round => round.State.Round));
        Assert.Equal(
            evaluated, outcome.Rounds.Where(round => round.Report.ClientsEvaluatedOut is not null).Select(round => round.State.Round));
    }

    /// <summary>Momentum or not, mask of single weights or not: what the server has after a round is the mean of what the
    /// clients sent, by their samples.</summary>
    [Theory]
    [InlineData(0, "none"), InlineData(0.9, "none"), InlineData(0, "random"), InlineData(0.9, "random")]
    public async Task Running_statistics_become_the_mean_of_the_clients(double momentum, string pruner)
    {
        var network = new NetworkBuilder("norm", new SampleShape(1, 4, 4)).Conv2d(4, 3).BatchNorm2d().ReLU().Flatten().Linear(3).Build(3);
        var count = network.Layout.Count - network.Layout.ParameterCount;
        var received = new List<(int Round, int Examples, float[] Statistics)>();
        var outcome = await TinyFederation.RunAsync(
            Tiny with { ServerMomentum = momentum, Pruner = pruner, MinUnits = 4 }, network: network,
            wrap: inner => Tap.Look(inner, (task, reply) =>
        {
            if (task.Work == ClientWork.Train) received.Add((task.Round, reply.Examples, reply.Values[^count..].ToArray()));
        }));

        Assert.Equal(2 * 4, count); // a mean and a variance per channel
        var before = TinyFederation.Initial(Tiny, network).Statistics.ToArray();
        foreach (var round in outcome.Rounds)
        {
            var clients = received.Where(reply => reply.Round == round.State.Round).ToArray();
            Assert.Equal(3, clients.Length);
            var now = round.State.Server.Weights.Statistics;
            for (var i = 0; i < count; i++)
            {
                var want = clients.Sum(client => (double)client.Examples * client.Statistics[i]) / clients.Sum(client => client.Examples);
                Assert.Equal(want, now[i], 1e-6 * Math.Max(1, Math.Abs(want))); // float32: a running mean of three
                Assert.NotEqual(before[i], now[i]);
            }
            Assert.Equal(before, round.Start.Statistics); // and clients start from them
            before = now.ToArray();
        }
    }
}
