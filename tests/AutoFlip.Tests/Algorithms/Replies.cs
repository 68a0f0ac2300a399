using System.Runtime.InteropServices;

namespace AutoFlip.Tests;

/// <summary>Rounds of replies that are written down.</summary>
static class Replies
{
    /// <summary>A client's reply with a number.</summary>
    public static ClientReply Of(int examples, string name, double number, params float[] values) =>
        Of(examples, values) with { Numbers = ClientOutcome.None.With(name, number).Numbers };

    /// <summary>A client's reply.</summary>
    public static ClientReply Of(int examples, params float[] values) => new()
    {
        Client = 0,
        Examples = examples,
        TrainSamples = examples,
        ValueBytes = MemoryMarshal.AsBytes<float>(values).ToArray(),
    };

    /// <summary>The server's values after a round, at a learning rate of 1 and without a mask unless one is given.</summary>
    public static float[] Fold(this FederatedAlgorithm algorithm, Weights start, Mask? mask, params ClientReply[] replies)
    {
        mask ??= Mask.Dense(start.Layout);
        var fold = algorithm.BeginRound(algorithm.Initialize(start), new(1, replies.Length, replies.Length, 1, mask));
        foreach (var reply in replies) fold.Add(reply);
        return fold.End().Weights.ToArray();
    }

    /// <summary>Some weights and a running statistic.</summary>
    public static Weights Start(params float[] values) =>
        new(WeightLayout.Create([("w", [values.Length - 1], TensorRole.Weight), ("var", [1], TensorRole.Statistic)]), values);
}
