namespace AutoFlip;

/// <summary>Rows of numbers. As loaded they are what the file says; once dealt, every client's are standardised by that client alone.</summary>
/// <param name="values">[rows, width]; missing numbers are NaN. Given away.</param>
/// <param name="scaled">Which values are standardised.</param>
/// <param name="targets">The truth about each row.</param>
/// <param name="width">Values of a row.</param>
/// <remarks>A sample is width x 1 x 1. There is nothing to augment.</remarks>
sealed class TableSet(float[] values, int[] scaled, Targets targets, int width) : SampleSet
{
    /// <inheritdoc/>
    public override SampleShape Shape { get; } = new(width, 1, 1);

    /// <inheritdoc/>
    public override Targets Targets => targets;

    /// <summary>A row.</summary>
    public ReadOnlySpan<float> this[int row] => values.AsSpan(row * width, width);

    /// <inheritdoc/>
    public override void Read(ReadOnlySpan<int> rows, Span<float> into, KeyedRandom? augmentation)
    {
        for (var i = 0; i < rows.Length; i++) this[rows[i]].CopyTo(into.Slice(i * width, width));
    }

    /// <inheritdoc/>
    /// <remarks>
    /// A client's rows, held-out ones included, become (x - m) / s with mean m and standard deviation s of its own training rows. Where all of
    /// those are equal, or missing, the value tells that client's rows nothing apart and is 0 in all of them; so is a value that is missing: the
    /// mean. The server's test rows are standardised in the same way by the moments of all clients' training rows, which are the sum of what
    /// clients know of their own (<see cref="Moments"/>): nobody needs another's rows. Rows that are nobody's become 0.
    /// </remarks>
    public override (SampleSet Train, SampleSet? Test) Dealt(IReadOnlyList<ClientRows> clients, SampleSet? test)
    {
        var own = new float[values.Length];
        var all = new Moments[scaled.Length];
        foreach (var client in clients)
        {
            var moments = MomentsOf(client.Train.Span);
            Scale(client.Train.Span, moments, own);
            Scale(client.HeldOut.Span, moments, own);
            for (var i = 0; i < all.Length; i++) all[i] += moments[i];
        }
        return (new TableSet(own, scaled, targets, width), (test as TableSet)?.ScaledBy(all) ?? test);
    }

    TableSet ScaledBy(Moments[] moments)
    {
        var own = new float[values.Length];
        Scale([.. Enumerable.Range(0, Count)], moments, own);
        return new TableSet(own, scaled, targets, width);
    }

    Moments[] MomentsOf(ReadOnlySpan<int> rows)
    {
        var moments = new Moments[scaled.Length];
        foreach (var row in rows)
            for (var i = 0; i < scaled.Length; i++)
                if (this[row][scaled[i]] is var value && !float.IsNaN(value)) moments[i].Add(value);
        return moments;
    }

    void Scale(ReadOnlySpan<int> rows, Moments[] moments, float[] into)
    {
        foreach (var row in rows)
        {
            var to = into.AsSpan(row * width, width);
            this[row].CopyTo(to);
            for (var i = 0; i < scaled.Length; i++)
            {
                ref var value = ref to[scaled[i]];
                var deviation = moments[i].Deviation;
                value = float.IsNaN(value) || deviation == 0 ? 0 : (float)((value - moments[i].Mean) / deviation);
            }
        }
    }
}
