using System.Collections.Immutable;

namespace AutoFlip;

/// <summary>State of one layer after a round: its kept parameters, and their distances from earlier values.</summary>
/// <param name="Name">The layer, as PyTorch names its module.</param>
/// <param name="Parameters">Its parameters in the full network.</param>
/// <param name="Kept">Of these, kept by the round's mask.</param>
/// <param name="Norm">Euclidean norm of its kept parameters after the round.</param>
/// <param name="Distance">Euclidean distance of its kept parameters from their initial values w_0.</param>
/// <param name="Step">Euclidean distance of its kept parameters from their values when the round began.</param>
public sealed record LayerFigures(string Name, int Parameters, int Kept, double Norm, double Distance, double Step)
{
    /// <summary>Units that this layer is the first to make, in the full network; null if it makes none that may be removed.</summary>
    public int? Units { get; init; }

    /// <summary>Number of these units that are kept.</summary>
    public int? KeptUnits { get; init; }

    /// <summary>The figures of every layer that has parameters, in the order in which layers run.</summary>
    /// <param name="network">The full network.</param>
    /// <param name="mask">The round's mask.</param>
    /// <param name="initial">w_0, a full vector.</param>
    /// <param name="before">The full vector that the round began with.</param>
    /// <param name="after">The full vector that it ended with.</param>
    /// <remarks>Removed parameters are excluded, because they are not trained. Cost: one pass over the parameters.</remarks>
    public static ImmutableArray<LayerFigures> Of(Network network, Mask mask, Weights initial, Weights before, Weights after)
    {
        var units = network.Groups.Where(group => !group.IsFixed).ToDictionary(group => group.Name);
        var layers = ImmutableArray.CreateBuilder<LayerFigures>();
        ReadOnlySpan<float> start = initial.Values, old = before.Values, values = after.Values;
        foreach (var node in network.Nodes)
        {
            var (count, kept, norm, distance, step) = (0, 0, 0.0, 0.0, 0.0);
            foreach (var entry in node.Tensors.Select(name => network.Layout[name]).Where(entry => entry.Role != TensorRole.Statistic))
            {
                count += entry.Length;
                for (var i = entry.Offset; i < entry.Offset + entry.Length; i++)
                {
                    if (!mask.Values[i]) continue;
                    double now = values[i], moved = now - start[i], stepped = now - old[i];
                    kept++;
                    norm += now * now;
                    distance += moved * moved;
                    step += stepped * stepped;
                }
            }
            if (count == 0) continue;
            var group = units.GetValueOrDefault(node.Name);
            layers.Add(new LayerFigures(node.Name, count, kept, Math.Sqrt(norm), Math.Sqrt(distance), Math.Sqrt(step))
            {
                Units = group?.Width,
                KeptUnits = group is null ? null : mask.Units?.Kept[network.Groups.IndexOf(group)].Kept ?? group.Width,
            });
        }
        return layers.ToImmutable();
    }
}
