using System.Collections.Immutable;

namespace AutoFlip;

/// <summary>Kept units of each channel group, the small network that they form, and the positions of its values in the full
/// vector.</summary>
/// <remarks>
/// A small tensor holds the kept slices of the full one in the same order, so the small vector is the full vector without the removed
/// values, given by one <see cref="Selection"/>. Immutable and safe to share.
/// </remarks>
public sealed class Units : IEquatable<Units>
{
    readonly Lazy<Selection> _present;
    readonly Lazy<Network> _small;

    /// <summary>Keeps some units.</summary>
    /// <param name="network">The full network.</param>
    /// <param name="kept">Per group, in the network's order, one bit per unit. Fixed groups keep all;
    /// every group keeps at least one.</param>
    /// <exception cref="ArgumentException">A width does not fit, a group is empty, or a fixed one lacks a unit.</exception>
    public Units(Network network, ImmutableArray<Selection> kept)
    {
        if (kept.Length != network.Groups.Length)
            throw new ArgumentException($"{network.Groups.Length} groups, {kept.Length} selections.", nameof(kept));
        foreach (var (group, units) in network.Groups.Zip(kept))
            if (units.Count != group.Width || units.Kept == 0 || (group.IsFixed && !units.IsAll))
                throw new ArgumentException($"Group {group}: {units.Kept} of {units.Count} units cannot be what is kept.", nameof(kept));
        (Network, Kept) = (network, kept);
        _present = new(FindPresent);
        _small = new(() => IsAll ? Network : Network.WithWidths(group => Kept[Network.Groups.IndexOf(group)].Kept));
    }

    /// <summary>The full network.</summary>
    public Network Network { get; }

    /// <summary>Per group, in the network's order, one bit per unit.</summary>
    public ImmutableArray<Selection> Kept { get; }

    /// <summary>True if no unit is removed.</summary>
    public bool IsAll => Kept.All(units => units.IsAll);

    /// <summary>The network without the removed units.</summary>
    public Network Small => _small.Value;

    /// <summary>The values of the full vector, statistics included, that the small one has.</summary>
    public Selection Present => _present.Value;

    /// <summary>All units of a network.</summary>
    public static Units All(Network network) => new(network, [.. network.Groups.Select(group => Selection.All(group.Width))]);

    /// <inheritdoc/>
    public bool Equals(Units? other) => other is not null && Network.Layout.Equals(other.Network.Layout) && Kept.SequenceEqual(other.Kept);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as Units);

    /// <inheritdoc/>
    public override int GetHashCode() => Kept.Aggregate(0, HashCode.Combine);

    Selection FindPresent()
    {
        var layout = Network.Layout;
        var bits = new ulong[Selection.Words(layout.Count)];
        var axes = new Dictionary<(string, int), bool[]>(); // (tensor, axis) -> kept indices
        foreach (var (group, units) in Network.Groups.Zip(Kept))
            foreach (var membership in group.Memberships)
            {
                if (!axes.TryGetValue((membership.Tensor, membership.Axis), out var kept))
                    axes.Add((membership.Tensor, membership.Axis), kept = new bool[layout[membership.Tensor].Shape[membership.Axis]]);
                for (var i = 0; i < units.Count * membership.Block; i++) kept[membership.Start + i] = units[i / membership.Block];
            }

        foreach (var tensor in layout.Entries)
        {
            var rows = axes.GetValueOrDefault((tensor.Name, 0));
            var columns = axes.GetValueOrDefault((tensor.Name, 1));
            var (height, width) = (tensor.Shape[0], tensor.Shape.Length > 1 ? tensor.Shape[1] : 1);
            var block = tensor.Length / height / width;
            for (var row = 0; row < height; row++)
            {
                if (rows is not null && !rows[row]) continue;
                for (var column = 0; column < width; column++)
                    if (columns is null || columns[column]) SetRange(bits, tensor.Offset + (row * width + column) * block, block);
            }
        }
        return Selection.FromBits(bits, layout.Count);
    }

    static void SetRange(ulong[] bits, int start, int length)
    {
        for (var i = start; i < start + length; i++) bits[i >> 6] |= 1ul << (i & 63);
    }
}
