using System.Numerics;

namespace AutoFlip;

/// <summary>The mean of each value over the clients whose model has it, Σ n_k w_kj / Σ n_k over these k, and then the algorithm's own
/// step. A value that none has stays the server's.</summary>
/// <param name="algorithm">Makes the step.</param>
/// <param name="state">The state the round began with.</param>
/// <param name="facts">The round.</param>
/// <remarks>A running mean, as <see cref="WeightedFold"/>'s: where all sub-models are the same it is that fold's, to the bit. Memory:
/// 12 bytes a value of the full model. Source: Diao, Ding and Tarokh 2021 (HeteroFL, arXiv 2010.01264), section 3.2; differs: clients
/// count by their samples, as in FedAvg.</remarks>
sealed class CoverageFold(FederatedAlgorithm algorithm, ServerState state, RoundFacts facts) : RoundFold
{
    readonly float[] _mean = state.Weights.ToArray();
    readonly double[] _samples = new double[state.Weights.Layout.Count];
    int _count;

    /// <inheritdoc/>
    public override int Count => _count;

    /// <inheritdoc/>
    public override void Add(ClientReply reply)
    {
        _count++;
        var bits = facts.MaskOf(reply.Client).Values.Bits;
        var counts = facts.Coverage?.Invoke(reply);
        var values = reply.Values;
        var next = 0;
        for (var word = 0; word < bits.Length; word++)
            for (var kept = bits[word]; kept != 0; kept &= kept - 1, next++)
            {
                var place = (word << 6) + BitOperations.TrailingZeroCount(kept);
                if (counts is null || place >= counts.Count || counts[place]) Cover(place, values[next], reply.Examples);
            }
    }

    /// <inheritdoc/>
    public override ServerState End() => algorithm.ServerUpdate(state, new Weights(state.Weights.Layout, _mean));

    void Cover(int place, float value, int samples)
    {
        var all = _samples[place] += samples;
        _mean[place] = all == samples ? value : _mean[place] + (float)(samples / all) * (value - _mean[place]);
    }
}
