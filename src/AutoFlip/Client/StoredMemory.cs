namespace AutoFlip;

/// <summary>A client's memory in a store, under the mask of the task in work.</summary>
/// <param name="store">Where vectors are kept.</param>
/// <param name="task">The task.</param>
/// <param name="client">Whose memory.</param>
/// <param name="before">The round before which a vector must have been saved to be read.</param>
sealed class StoredMemory(IClientStore store, ReceivedTask task, int client, int before) : ClientMemory
{
    /// <summary>Name of the vector with the local values of the model (<see cref="FederatedAlgorithm.Travels"/>).</summary>
    public const string LocalName = "local";

    readonly ReceivedMask _mask = task.Mask;

    /// <inheritdoc/>
    public override float[]? Read(string name)
    {
        if (Saved(name) is not { } saved) return null;
        var values = new float[OfParameters(saved.Kept.Count) ? _mask.Small.Layout.ParameterCount : _mask.Small.Layout.Count];
        Put(saved, values);
        return values;
    }

    /// <inheritdoc/>
    public override bool Restore(string name, Span<float> values)
    {
        if (Saved(name) is not { } saved) return false;
        Put(saved, values);
        return true;
    }

    /// <inheritdoc/>
    public override void Write(string name, ReadOnlySpan<float> vector)
    {
        var isWord = name.Length > 0 && name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '_' or '-');
        if (!isWord || name is Upload.ResidualName or LocalName)
            throw new ArgumentException(
                $"'{name}' is not accepted as the name of a vector. Accepted: letters, digits, _ and -, except {Upload.ResidualName} and "
                + $"{LocalName}.",
                nameof(name));
        var (small, full) = Places(vector.Length == _mask.Small.Layout.ParameterCount);
        store.Save(client, name, task.Task.Round, new KeptVector(full, small.Gather(vector)));
    }

    /// <summary>Saves the local values of a trained model; nothing if there are none.</summary>
    /// <param name="model">The small vector.</param>
    public void WriteLocal(ReadOnlySpan<float> model)
    {
        var local = _mask.Local;
        if (local.Kept > 0) store.Save(client, LocalName, task.Task.Round, new KeptVector(_mask.FullLocal, local.Gather(model)));
    }

    KeptVector? Saved(string name) => store.Before(client, name, before);

    void Put(KeptVector saved, Span<float> values)
    {
        var (small, full) = Places(OfParameters(saved.Kept.Count));
        var kept = small.Gather(values);
        saved.CopyTo(full, kept);
        small.Scatter(kept, values);
    }

    bool OfParameters(int count) => count == _mask.Full.Layout.ParameterCount;

    /// <summary>The values of a vector that the mask keeps, in the small model and in the full one.</summary>
    (Selection Small, Selection Full) Places(bool ofParameters) => ofParameters
        ? (_mask.Mask.KeptParameters(), _mask.Full.KeptParameters())
        : (_mask.Mask.Values, _mask.Full.Values);
}
