using System.Globalization;

namespace AutoFlip.Cli;

/// <summary>Table of a partition as text: clients down, classes across, samples (held-out ones included) in the cells.</summary>
static class PartitionText
{
    const string Gap = "  ", None = "."; // no sample of a class
    const int MostColumns = 20; // more classes than that do not fit a line: then only totals are shown

    /// <summary>Writes the table.</summary>
    public static void Write(PartitionTable table, Experiment experiment, Host host)
    {
        var clients = Readable.Count(table.Clients);
        host.Print($"{experiment.Dataset}, partition {experiment.Partition}, {clients} clients, seed {experiment.Seed}");
        host.Print("");
        var classes = table.ClassNames.Count <= MostColumns ? table.ClassNames.Count : 0;
        string[][] rows =
        [
            ["client", .. table.OwnerNames is null ? (string[])[] : ["owner"], "samples", "held out", "classes", .. Enumerable.Range(
                0, classes).Select(Text)],
            .. Enumerable.Range(0, table.Listed).Select(client => Row(table, client, classes)),
        ];
        var widths = Enumerable.Range(0, rows[0].Length).Select(column => rows.Max(row => row[column].Length)).ToArray();
        if (widths.Sum(width => width + Gap.Length) - Gap.Length <= (host.Terminal?.Profile.Width ?? int.MaxValue))
            foreach (var row in rows) host.Out.WriteLine(string.Join(Gap, row.Select((cell, column) => cell.PadLeft(widths[column]))));
        else
            foreach (var row in rows.Skip(1))
                host.Print(string.Join(
                    Gap, rows[0].Zip(row).Where(cell => cell.Second != None).Select(cell => $"{cell.First}: {cell.Second}")));
        host.Print("");
        if (table.Listed < table.Clients)
            host.Print(
                $"The first {Readable.Count(table.Listed)} of {clients} clients. All together have "
                + $"{Readable.Count(table.TrainSamples)} training samples and {Readable.Count(table.HeldOutSamples)} held-out samples.");
        if (classes > 0)
            host.Print(
                $"classes: {string.Join(", ", table.ClassNames.Select((name, index) => name == Text(index) ? name : $"{index} {name}"))}");
        host.Print($"sha256:  {table.Sha256}");
    }

    static string[] Row(PartitionTable table, int client, int classes)
    {
        ReadOnlySpan<int> train = table.Train(client), heldOut = table.HeldOut(client);
        var held = 0;
        foreach (var count in heldOut) held += count;
        List<string> cells = [Text(client), Readable.Count(table.Samples(client)), Readable.Count(held), Text(table.ClassCount(client))];
        if (table.OwnerNames is { } owners) cells.Insert(1, ForeignText.OnOneLine(owners[client]));
        for (var c = 0; c < classes; c++) cells.Add(train[c] + heldOut[c] is var count and > 0 ? Text(count) : None);
        return [.. cells];
    }

    static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
