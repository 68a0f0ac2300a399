using System.Collections.Immutable;

namespace AutoFlip;

/// <summary>Rows of numbers: unscaled when loaded; once partitioned, standardised within each client.</summary>
/// <param name="values">[rows, width]; missing numbers are NaN. Given away.</param>
/// <param name="numbers">[rows, numbers of a row]: the values to standardise, as doubles, because large values that differ in their last
/// digits would be equal in float32; null if they are standardised already. Given away.</param>
/// <param name="columns">Encoding of a row; once numbers are standardised, it includes the moments for rows from outside.</param>
/// <param name="targets">Target of each row.</param>
/// <remarks>A sample is width x 1 x 1. There is nothing to augment.</remarks>
sealed class TableSet(float[] values, double[]? numbers, ImmutableArray<ColumnRecipe> columns, Targets targets) : SampleSet
{
    readonly int _width = columns.Sum(column => column.Width);

    readonly int[] _scaled = [.. PlacesOfNumbers(columns)];

    /// <inheritdoc/>
    public override SampleShape Shape => new(_width, 1, 1);

    /// <inheritdoc/>
    public override TableRecipe Recipe => new(columns);

    /// <inheritdoc/>
    public override Targets Targets => targets;

    /// <summary>Values of a row.</summary>
    public ReadOnlySpan<float> this[int row] => values.AsSpan(row * _width, _width);

    /// <inheritdoc/>
    public override void Read(ReadOnlySpan<int> rows, Span<float> into, KeyedRandom? augmentation)
    {
        for (var i = 0; i < rows.Length; i++) this[rows[i]].CopyTo(into.Slice(i * _width, _width));
    }

    /// <inheritdoc/>
    /// <remarks>
    /// A client's rows, held-out ones included, become (x - m) / s with mean m and standard deviation s of its own training rows. A value
    /// that is equal or missing in all training rows of a client does not distinguish them, and is 0 in all rows of the client. A missing
    /// value is 0, the mean. The server's test rows are standardised by the moments of all clients' training rows, which are the sum of
    /// the clients' own moments (<see cref="Moments"/>), so no client's rows are needed elsewhere. Rows of no client become 0.
    /// </remarks>
    public override (SampleSet Train, SampleSet? Test) ForClients(IReadOnlyList<ClientRows> clients, SampleSet? test)
    {
        var own = new float[values.Length];
        var all = new Moments[_scaled.Length];
        foreach (var client in clients)
        {
            var moments = MomentsOf(client.Train.Span);
            Scale(client.Train.Span, moments, own);
            Scale(client.HeldOut.Span, moments, own);
            for (var i = 0; i < all.Length; i++) all[i] += moments[i];
        }
        var number = 0;
        ImmutableArray<ColumnRecipe> pooled =
        [
            .. columns.Select(column => !column.IsScaled ? column
                : column with { Mean = all[number].Mean, Deviation = all[number++].Deviation }),
        ];
        return (new TableSet(own, null, pooled, targets), (test as TableSet)?.ScaledBy(pooled) ?? test);
    }

    /// <inheritdoc/>
    /// <remarks>All rows, including training rows, are standardised by the moments of the recipe.</remarks>
    public override SampleSet? As(InputRecipe recipe) =>
        recipe is TableRecipe table && table.HasColumnsOf(Recipe) ? ScaledBy(table.Columns) : null;

    /// <summary>Positions of the numbers in a row.</summary>
    static IEnumerable<int> PlacesOfNumbers(ImmutableArray<ColumnRecipe> columns)
    {
        var at = 0;
        foreach (var column in columns)
        {
            if (column.IsScaled) yield return at;
            at += column.Width;
        }
    }

    TableSet ScaledBy(ImmutableArray<ColumnRecipe> by)
    {
        var own = new float[values.Length];
        var scales = by.Where(column => column.IsScaled).Select(column => (column.Mean, column.Deviation));
        Scale([.. Enumerable.Range(0, Count)], [.. scales], own);
        return new TableSet(own, null, by, targets);
    }

    double NumberOf(int row, int which) => numbers is null ? this[row][_scaled[which]] : numbers[row * _scaled.Length + which];

    Moments[] MomentsOf(ReadOnlySpan<int> rows)
    {
        var moments = new Moments[_scaled.Length];
        foreach (var row in rows)
            for (var i = 0; i < _scaled.Length; i++)
                if (NumberOf(row, i) is var value && !double.IsNaN(value)) moments[i].Add(value);
        return moments;
    }

    void Scale(ReadOnlySpan<int> rows, Moments[] moments, float[] into) =>
        Scale(rows, [.. moments.Select(one => (one.Mean, one.Deviation))], into);

    void Scale(ReadOnlySpan<int> rows, (double Mean, double Deviation)[] by, float[] into)
    {
        foreach (var row in rows)
        {
            var to = into.AsSpan(row * _width, _width);
            this[row].CopyTo(to);
            for (var i = 0; i < _scaled.Length; i++)
                to[_scaled[i]] = ColumnRecipe.Standardised(NumberOf(row, i), by[i].Mean, by[i].Deviation);
        }
    }
}
