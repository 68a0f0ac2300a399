using System.Collections.Immutable;

namespace AutoFlip.Tests;

/// <summary>Numbers beside the model, in both directions.</summary>
public class NumbersTests
{
    /// <summary>In round t, 10 t and t go down; each of three clients returns their sum, so 3 (10 t + t) comes back.</summary>
    [Fact]
    public async Task Numbers_go_down_and_come_back_every_round()
    {
        var algorithm = new Counting();

        await TinyFederation.RunAsync(TinyFederation.Experiment, algorithm: algorithm);

        Assert.Equal([33, 66, 99, 132], algorithm.Sums);
    }

    sealed record Counting : FederatedAlgorithm
    {
        public List<double> Sums { get; } = [];

        public override ImmutableSortedDictionary<string, double> Numbers(ServerState state, int round) =>
            ClientOutcome.None.With("tens", 10.0 * round).With("round", round).Numbers;

        public override ClientOutcome ClientUpdate(LocalTraining training, int epochs) =>
            training.Run(epochs).With("sum", training.Numbers["tens"] + training.Numbers["round"]);

        public override RoundFold BeginRound(ServerState state, RoundFacts facts) => new Fold(base.BeginRound(state, facts), Sums);

        sealed class Fold(RoundFold mean, List<double> sums) : RoundFold
        {
            double _sum;

            public override int Count => mean.Count;

            public override void Add(ClientReply reply)
            {
                mean.Add(reply);
                _sum += reply.Numbers["sum"];
            }

            public override ServerState End()
            {
                sums.Add(_sum);
                return mean.End();
            }
        }
    }
}
