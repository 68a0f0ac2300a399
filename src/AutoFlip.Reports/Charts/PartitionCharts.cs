using System.Collections.Immutable;

namespace AutoFlip.Reports;

/// <summary>Samples of the clients.</summary>
static class PartitionCharts
{
    const int MaxClients = 50, MaxClasses = 64, CommonClasses = 39, Bins = 20;
    const int Skewed = 50; // times the least: from there on equal bins would put nearly all clients into the first

    /// <summary>The figures; null where there is nothing to show.</summary>
    public static IEnumerable<Chart?> Of(RunRecord run)
    {
        if (run.Partition is not { Train.Length: > 0, Classes.Length: > 0 } partition) yield break;
        yield return partition.Classes.Length < 2 ? null : Classes(partition);
        yield return partition.Train.Length <= MaxClients ? Samples(partition) : Sizes(partition);
    }

    /// <summary>Real clients, evenly spaced, rather than sums over many: sums of clients that differ look as if all were alike.</summary>
    static HeatMap Classes(PartitionCounts partition)
    {
        var clients = partition.Train.Length;
        int[] shown = clients <= MaxClients
            ? [.. Enumerable.Range(0, clients)]
            : [.. Enumerable.Range(0, MaxClients).Select(i => (int)Math.Round(i * (clients - 1) / (MaxClients - 1.0)))];
        var (names, columns) = Columns(partition);
        string[] notes =
        [
            "Training samples of each class that a client holds.",
            .. clients > MaxClients
                ? [FormattableString.Invariant($"{MaxClients} of {Named(partition)}, evenly spaced.")]
                : Array.Empty<string>(),
            .. columns.Length > CommonClasses && columns[^1].Length > 1
                ? [FormattableString.Invariant(
                    $"The {CommonClasses} most frequent of {partition.Classes.Length:N0} classes; the last column holds all others.")]
                : Array.Empty<string>(),
        ];
        return new HeatMap(
            "partition", "Clients and classes", "class", "client", new Axis("training samples", AxisUnit.Count), names,
            [.. shown.Select(client => FormattableString.Invariant($"{client}"))],
            [.. shown.Select(client =>
                columns.Select(classes => (double)classes.Sum(c => (long)partition.Train[client][c])).ToImmutableArray())])
        {
            Note = string.Join(' ', notes),
        };
    }

    /// <summary>Names of columns, and the classes in each.</summary>
    static (ImmutableArray<string> Names, int[][] Classes) Columns(PartitionCounts partition)
    {
        var all = Enumerable.Range(0, partition.Classes.Length);
        if (partition.Classes.Length <= MaxClasses) return (partition.Classes, [.. all.Select(c => (int[])[c])]);
        var totals = new long[partition.Classes.Length];
        foreach (var client in partition.Train)
            for (var c = 0; c < totals.Length; c++) totals[c] += client[c];
        int[] common = [.. all.OrderByDescending(c => totals[c]).Take(CommonClasses).Order()];
        return ([.. common.Select(c => partition.Classes[c]), "others"], [.. common.Select(c => (int[])[c]), [.. all.Except(common)]]);
    }

    static BarChart Samples(PartitionCounts partition) => new(
        "samples", "Samples of each client", "client", new Axis("samples", AxisUnit.Count),
        [.. partition.Train.Select((_, client) => FormattableString.Invariant($"{client}"))],
        [new Bar("training", Sums(partition.Train)), new Bar("held out", Sums(partition.HeldOut))]);

    static BarChart? Sizes(PartitionCounts partition)
    {
        ImmutableArray<double> training = Sums(partition.Train), heldOut = Sums(partition.HeldOut);
        int[] sizes = [.. training.Zip(heldOut, (one, other) => (int)(one + other))];
        var (least, most) = (sizes.Min(), sizes.Max());
        if (least == most) return null; // one bar says nothing
        int[] begins = most >= Skewed * Math.Max(least, 1) ? Doubling(least, most) : Even(least, most);
        var counts = new double[begins.Length - 1];
        foreach (var size in sizes) counts[Array.FindLastIndex(begins, begin => begin <= size)]++;
        return new BarChart(
            "samples", "How many samples clients hold", "samples", new Axis("clients", AxisUnit.Count),
            [.. counts.Select((_, i) =>
                begins[i + 1] - begins[i] == 1
                    ? FormattableString.Invariant($"{begins[i]}")
                    : FormattableString.Invariant($"{begins[i]}–{begins[i + 1] - 1}"))],
            [new Bar("clients", [.. counts])])
        {
            Note = partition.Clients == partition.Train.Length ? "Training and held-out samples together."
                : $"Training and held-out samples together, of {Named(partition)}.",
        };
    }

    /// <summary>Starts of bins of equal width, and the end of the last. Widths are whole numbers of samples, so that every bin can be
    /// hit.</summary>
    static int[] Even(int least, int most)
    {
        var width = (most - least) / Bins + 1;
        return [.. Enumerable.Range(0, (most - least) / width + 2).Select(i => least + i * width)];
    }

    /// <summary>The same, each bin twice as wide as the one before, from the power of two at or below the
    /// least: 0, 1, 2, 4, 8, ...</summary>
    static int[] Doubling(int least, int most)
    {
        List<int> begins = [least == 0 ? 0 : 1 << (int)Math.Log2(least)];
        while (begins[^1] <= most) begins.Add(begins[^1] == 0 ? 1 : checked(2 * begins[^1]));
        return [.. begins];
    }

    static string Named(PartitionCounts partition) => partition.Clients == partition.Train.Length
        ? FormattableString.Invariant($"{partition.Clients:N0} clients")
        : FormattableString.Invariant($"the first {partition.Train.Length:N0} of {partition.Clients:N0} clients");

    static ImmutableArray<double> Sums(ImmutableArray<ImmutableArray<int>> counts) =>
        [.. counts.Select(client => (double)client.Sum(count => (long)count))];
}
