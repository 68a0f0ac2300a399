using System.Collections.Immutable;

namespace AutoFlip;

/// <summary>Cumulative costs of a run at the end of each round.</summary>
/// <param name="Rounds">The rounds.</param>
/// <param name="Down">[rounds]: bytes to clients.</param>
/// <param name="Up">[rounds]: bytes from clients.</param>
/// <param name="Dense">[rounds]: bytes that plain FedAvg would have sent in the same rounds, in float32.</param>
/// <param name="Macs">[rounds]: multiply-accumulates of forward passes of training; backward passes take about twice as many again.</param>
/// <param name="Seconds">[rounds]: wall-clock of exploration and rounds.</param>
/// <remarks>Exploration counts from the first pruned round on, before which it takes place.</remarks>
public sealed record RunCosts(
    ImmutableArray<RoundReport> Rounds, ImmutableArray<long> Down, ImmutableArray<long> Up, ImmutableArray<long> Dense,
    ImmutableArray<double> Macs,
    ImmutableArray<double> Seconds)
{
    /// <summary>The sums of a run.</summary>
    /// <param name="experiment">What was run.</param>
    /// <param name="explorers">What exploration cost.</param>
    /// <param name="rounds">The rounds.</param>
    public static RunCosts Of(Experiment experiment, IReadOnlyList<ExplorerReport> explorers, IReadOnlyList<RoundReport> rounds)
    {
        var first = experiment.FirstPrunedRound;
        double exploring = explorers is [.., var last] ? last.Seconds : 0;
        var macsPerSample = rounds is [var any, ..] ? any.MacsPerSample : 0;
        return new(
            [.. rounds],
            Sum(round => round.DownBytes, explorers.Sum(explorer => explorer.DownBytes)),
            Sum(round => round.UpBytes, explorers.Sum(explorer => explorer.UpBytes)),
            Sum(round => round.DenseFp32Bytes, 0L),
            Sum(
                round => (double)round.TrainSamples * round.ActiveMacsPerSample,
                (double)explorers.Sum(explorer => explorer.TrainSamples) * macsPerSample),
            Sum(round => round.Seconds, exploring));

        ImmutableArray<T> Sum<T>(Func<RoundReport, T> cost, T exploration)
            where T : System.Numerics.INumber<T>
        {
            var (sum, explored) = (T.Zero, false);
            var sums = ImmutableArray.CreateBuilder<T>(rounds.Count);
            foreach (var round in rounds)
            {
                if (!explored && round.Round >= first) (sum, explored) = (sum + exploration, true);
                sum += cost(round);
                sums.Add(sum);
            }
            return sums.ToImmutable();
        }
    }

    /// <summary>Bytes both ways by the end of a round, by its place.</summary>
    public long Bytes(int place) => Down[place] + Up[place];
}
