namespace AutoFlip.Cli;

/// <summary>A run that some table wants.</summary>
/// <param name="Number">Which of all, from 1.</param>
/// <param name="Table">The first table that wants it.</param>
/// <param name="Row">Its row there.</param>
/// <param name="Experiment">What is run.</param>
sealed record TableJob(int Number, ExperimentTable Table, string Row, Experiment Experiment)
{
    /// <summary>The same for experiments that differ by their names only.</summary>
    public string Identity => IdentityOf(Experiment);

    /// <summary>Runs of some tables, without duplicates, ordered by seed so that rows can be compared early.</summary>
    /// <param name="tables">Resolved tables.</param>
    /// <param name="isWanted">Accepts the names of rows that are run.</param>
    public static IReadOnlyList<TableJob> Of(IEnumerable<ExperimentTable> tables, Predicate<string> isWanted) =>
    [
        .. tables
            .SelectMany(table =>
                table.Rows.Where(row => isWanted(row.Name)).SelectMany(row =>
                    row.Experiments.Select((experiment, i) =>
                        (Turn: i, Job: new TableJob(0, table, row.Name, experiment)))).OrderBy(job => job.Turn))
            .Select(job => job.Job).DistinctBy(job => job.Identity).Select((job, i) => job with { Number = i + 1 }),
    ];

    /// <summary>The experiment as text, without its name.</summary>
    public static string IdentityOf(Experiment experiment) => ExperimentFile.Write(experiment with { Name = "" });

    /// <summary>Description of this run for people: its number, table, row and seed.</summary>
    public string Label(int jobs) => $"[{Number}/{jobs}] {Table.Experiment.Name}: {Row}, seed {Experiment.Seed}";
}
