namespace AutoFlip.Bench;

/// <summary>Repeated measurements of one thing.</summary>
/// <param name="Name">The thing.</param>
/// <param name="Values">The figures in the order in which they were taken; at least one.</param>
sealed record Series(string Name, IReadOnlyList<double> Values)
{
    /// <summary>The smallest.</summary>
    public double Min => Values.Min();

    /// <summary>The largest.</summary>
    public double Max => Values.Max();

    /// <summary>The middle one, or the mean of the two in the middle.</summary>
    public double Median
    {
        get
        {
            double[] sorted = [.. Values.Order()];
            return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
        }
    }

    /// <summary>This over the other, pair by pair: figures of one pair were taken one right after the other.</summary>
    public Series Over(Series other) => new($"{Name} / {other.Name}", [.. Values.Zip(other.Values, (mine, others) => mine / others)]);

    /// <summary>All figures in another unit.</summary>
    public Series In(double unit) => this with { Values = [.. Values.Select(value => value / unit)] };

    /// <summary>Median, least and largest as cells of a table.</summary>
    public string[] Cells(string format) => [Median.ToString(format), Min.ToString(format), Max.ToString(format)];

    /// <summary>Measures several contestants in turn, A B A B ..., so that whatever else the machine
    /// does meets all of them alike.</summary>
    /// <param name="context">Progress and cancellation.</param>
    /// <param name="repeats">How often each is measured, after one turn of all of them that does not count.</param>
    /// <param name="contestants">Name, and what takes one figure.</param>
    public static Series[] Interleave(BenchContext context, int repeats, params IReadOnlyList<(string Name, Func<double> Take)> contestants)
    {
        var taken = contestants.Select(_ => new List<double>()).ToArray();
        for (var turn = 0; turn <= repeats; turn++)
        {
            for (var i = 0; i < contestants.Count; i++)
            {
                context.Cancel.ThrowIfCancellationRequested();
                FreeMemory.GiveBack(); // so that nobody pays for what another one left behind
                var figure = contestants[i].Take();
                context.Progress.WriteLine($"{(turn == 0 ? "warm-up" : $"{turn} of {repeats}")}: {contestants[i].Name}: {figure:G4}");
                if (turn > 0) taken[i].Add(figure);
            }
        }
        return [.. contestants.Select((contestant, i) => new Series(contestant.Name, taken[i]))];
    }
}
