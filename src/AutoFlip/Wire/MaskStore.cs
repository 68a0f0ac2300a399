namespace AutoFlip;

/// <summary>A mask on the client's side.</summary>
sealed class ReceivedMask
{
    readonly Lazy<Mask> _full, _fullSent;

    /// <summary>Prepares a mask.</summary>
    /// <param name="network">The full model.</param>
    /// <param name="units">The units that are kept; null if all are.</param>
    /// <param name="values">What is kept of the small vector.</param>
    /// <param name="travels">Values of the full vector that cross the wire.</param>
    public ReceivedMask(Network network, Units? units, Selection values, Selection travels)
    {
        (Units, Small) = (units, units?.Small ?? network);
        Mask = Mask.OfValues(Small.Layout, values);
        Sent = travels.IsAll ? Mask : Mask.Intersect(units is null ? travels : travels.Within(units.Present));
        Tensors = KeptTensors.Of(Small.Layout, Sent.Values);
        _full = new(() => units is null ? Mask.OfValues(network.Layout, values) : Mask.OfUnits(units, values));
        _fullSent = new(() => travels.IsAll ? Full : Full.Intersect(travels));
    }

    /// <summary>Units of the full network that are kept; null if all are.</summary>
    public Units? Units { get; }

    /// <summary>The network that the client trains.</summary>
    public Network Small { get; }

    /// <summary>The mask as the client sees it: over the small vector.</summary>
    public Mask Mask { get; }

    /// <summary>The part of it that crosses the wire.</summary>
    public Mask Sent { get; }

    /// <summary>The values of each tensor that cross the wire.</summary>
    public KeptTensors Tensors { get; }

    /// <summary>The mask as the server sees it: over the full vector.</summary>
    public Mask Full => _full.Value;

    /// <summary>The parameters that cross the wire, seen from the full model.</summary>
    public Selection SentParameters => _fullSent.Value.KeptParameters();

    /// <summary>The kept values that are local, in the small vector.</summary>
    public Selection Local => Mask.Values.Except(Sent.Values);

    /// <summary>The same values in the full vector.</summary>
    public Selection FullLocal => Full.Values.Except(_fullSent.Value.Values);
}

/// <summary>The masks that a client has, by hash: the last few. Shared by all clients that are simulated here.</summary>
/// <param name="network">The full model.</param>
/// <param name="travels">Values of it that cross the wire; null: all.</param>
/// <param name="added">Receives each mask that is new, outside of the lock; null for none.</param>
/// <remarks>Safe for several threads. A mask is immutable, so the one of another client serves as well as one's own.</remarks>
sealed class MaskStore(Network network, Selection? travels = null, Action<UInt128, ReceivedMask>? added = null)
{
    /// <summary>Masks that are kept.</summary>
    public const int Capacity = 4;

    readonly Lock _lock = new();
    readonly List<(UInt128 Hash, ReceivedMask Mask)> _masks = []; // oldest first

    /// <summary>The full model.</summary>
    public Network Network => network;

    /// <summary>The mask that removes nothing; it is always here.</summary>
    public ReceivedMask Dense { get; } =
        new(network, null, Selection.All(network.Layout.Count), travels ?? Selection.All(network.Layout.Count));

    /// <summary>Values of the full model that cross the wire.</summary>
    public Selection Travels { get; } = travels ?? Selection.All(network.Layout.Count);

    /// <summary>A mask by its hash; null if it is not here.</summary>
    public ReceivedMask? Find(UInt128 hash)
    {
        lock (_lock) return _masks.Find(known => known.Hash == hash).Mask;
    }

    /// <summary>Stores a mask in place of the oldest one.</summary>
    public void Add(UInt128 hash, ReceivedMask mask)
    {
        lock (_lock)
        {
            if (_masks.Exists(known => known.Hash == hash)) return;
            if (_masks.Count == Capacity) _masks.RemoveAt(0);
            _masks.Add((hash, mask));
        }
        added?.Invoke(hash, mask);
    }

    /// <summary>Takes a mask in that the server has in its own shape: what a client of an interrupted run had before.</summary>
    public void Add(Mask mask) => Add(WireMask.Of(mask).Hash, Of(mask));

    /// <summary>A mask of the server's as clients see it.</summary>
    public ReceivedMask Of(Mask mask) => new(network, mask.Units, mask.SmallValues, Travels);
}
