namespace AutoFlip;

/// <summary>The values that a selection keeps of a vector, one after another: the vector itself where it keeps all, else a copy in a rented
/// buffer, which goes back with <see cref="Dispose"/>.</summary>
readonly ref struct KeptValues
{
    readonly float[]? _rented;

    /// <summary>Reads kept values of a vector.</summary>
    /// <param name="kept">Which.</param>
    /// <param name="full">The full vector; borrowed for the lifetime of this object.</param>
    public KeptValues(Selection kept, ReadOnlySpan<float> full)
    {
        Values = full[..kept.Count];
        if (kept.IsAll) return;
        _rented = Scratch.Floats.Rent(kept.Kept);
        kept.Gather(full, _rented);
        Values = _rented.AsSpan(0, kept.Kept);
    }

    /// <summary>The kept values, in the order of the mask.</summary>
    public ReadOnlySpan<float> Values { get; }

    public void Dispose()
    {
        if (_rented is not null) Scratch.Floats.Return(_rented);
    }
}
