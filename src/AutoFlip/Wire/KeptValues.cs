namespace AutoFlip;

/// <summary>The values that a selection keeps of a vector, one after another: the vector itself where it keeps all, else a copy in a rented
/// buffer, which goes back with <see cref="Dispose"/>.</summary>
readonly ref struct KeptValues
{
    readonly float[]? _rented;

    /// <summary>Takes them.</summary>
    /// <param name="kept">Which.</param>
    /// <param name="full">Of what; borrowed for as long as this lives.</param>
    public KeptValues(Selection kept, ReadOnlySpan<float> full)
    {
        Values = full[..kept.Count];
        if (kept.IsAll) return;
        _rented = Scratch.Floats.Rent(kept.Kept);
        kept.Gather(full, _rented);
        Values = _rented.AsSpan(0, kept.Kept);
    }

    /// <summary>They.</summary>
    public ReadOnlySpan<float> Values { get; }

    public void Dispose()
    {
        if (_rented is not null) Scratch.Floats.Return(_rented);
    }
}
