namespace AutoFlip;

/// <summary>A client's memory in a store, under the mask of the task in work.</summary>
/// <param name="store">Where vectors are kept.</param>
/// <param name="task">The task.</param>
/// <param name="client">Whose memory.</param>
sealed class StoredMemory(IClientStore store, ReceivedTask task, int client) : ClientMemory
{
    readonly Selection _kept = task.Mask.Mask.KeptParameters();

    /// <inheritdoc/>
    public override float[]? Read(string name)
    {
        if (store.Before(client, name, task.Task.Round) is not { } saved) return null;
        var kept = new float[_kept.Kept];
        saved.AddTo(task.Mask.Parameters, kept);
        return _kept.Scatter(kept);
    }

    /// <inheritdoc/>
    public override void Write(string name, ReadOnlySpan<float> vector)
    {
        var isWord = name.Length > 0 && name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '_' or '-');
        if (!isWord || name == Upload.ResidualName)
            throw new ArgumentException(
                $"'{name}' is not accepted as the name of a vector. Accepted: letters, digits, _ and -, except {Upload.ResidualName}.",
                nameof(name));
        store.Save(client, name, task.Task.Round, new KeptVector(task.Mask.Parameters, _kept.Gather(vector)));
    }
}
