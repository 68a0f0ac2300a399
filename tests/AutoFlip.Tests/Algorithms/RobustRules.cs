using System.Runtime.InteropServices;

namespace AutoFlip.Tests;

/// <summary>Robust rules applied to replies of a round.</summary>
static class RobustRules
{
    /// <summary>All of them; up to one of seven replies may be wrong.</summary>
    public static IReadOnlyList<RobustAlgorithm> All { get; } =
    [
        new CoordinateMedian(), new TrimmedMean(), new Krum(), new MultiKrum(), new Bulyan(), new GeometricMedian(), new NormClipping(),
        new CentredClipping(),
    ];

    /// <summary>Vectors of parameters alone.</summary>
    public static WeightLayout Parameters(int count) => WeightLayout.Create([("w", [count], TensorRole.Weight)]);

    /// <summary>The next parameters from zeros, with nothing removed.</summary>
    public static float[] Aggregate(FederatedAlgorithm algorithm, params float[][] replies)
    {
        var layout = Parameters(replies[0].Length);
        return Next(algorithm, algorithm.Initialize(Weights.Zeros(layout)), Mask.Dense(layout), replies).Weights.ToArray();
    }

    /// <summary>The next parameters of models of one parameter.</summary>
    public static float Aggregate(FederatedAlgorithm algorithm, params float[] replies) =>
        Aggregate(algorithm, [.. replies.Select(value => new[] { value })])[0];

    /// <summary>The state after a round.</summary>
    public static ServerState Next(
        FederatedAlgorithm algorithm, ServerState state, Mask mask, float[][] replies, Func<int, int>? examples = null)
    {
        var fold = algorithm.BeginRound(state, new(1, replies.Length, replies.Length, 0.1, mask));
        foreach (var (client, values) in replies.Index())
        {
            var bytes = MemoryMarshal.AsBytes<float>(values).ToArray();
            fold.Add(new ClientReply { Client = client, Examples = examples?.Invoke(client) ?? 10, ValueBytes = bytes });
            Array.Clear(bytes); // a reply is good until the next one
        }
        Assert.Equal(replies.Length, fold.Count);
        return fold.End();
    }
}
