namespace AutoFlip.Cli;

/// <summary><c>autoflip experiment</c>: runs tables of experiments: missing runs are started, interrupted ones resumed.</summary>
sealed class ExperimentCommand : ICommand
{
    /// <inheritdoc/>
    public string Name => "experiment";

    /// <inheritdoc/>
    public string Usage => "experiment FILE... [options]";

    /// <inheritdoc/>
    public string Summary => "Run tables of settings and seeds.";

    /// <inheritdoc/>
    public string Details => """
        Runs every row of a table with every seed. Finished runs are skipped and interrupted runs are
        resumed: repeat the command to complete the table. After every run each table is written to
        RESULT-PATH/NAME/table.md, table.html, table.json and table.csv.
        A file is an experiment with variations of it: "seeds": [1, 2, 3], "rows": [{"name": ...,
        FIELD: VALUE}, ...], "grid": {FIELD: [VALUE, ...]}, "baseline": ROW, and "base": OTHER-FILE.
        Options of 'autoflip run' override the files for all runs; --seed replaces all seeds.
        """;

    /// <inheritdoc/>
    public IReadOnlyList<Setting> Settings => [.. Cli.Settings.Tables, .. Cli.Settings.All];

    /// <inheritdoc/>
    public ExitCode Invoke(CommandLine line, Host host)
    {
        var (request, files, warnings) = line.Over(new Request());
        foreach (var warning in warnings) host.Warn(warning);
        if (files is [])
            throw AutoFlipException.BadRequest(
                "experiment: at least one file is expected, such as experiments/paper-mnist.json. See 'autoflip experiment --help'.");
        ExperimentRules.Check(request.Options);
        request.Method.Apply(request.Experiment, host.Warn); // says what is odd about it once, not for every run

        Experiment Typed(Experiment experiment)
        {
            var over = line.Over(new Request { Experiment = experiment }).Request;
            return over.Method.Apply(over.Experiment, _ => { });
        }
        // all of them, before anything is run
        ExperimentTable[] written = [.. files.Select(ExperimentTable.Load)];
        ExperimentTable[] tables = [.. written.Select(table => table.Resolve(Typed))];
        foreach (var table in written)
            if (table.Replaced(Typed) is { Count: > 0 } fields)
                host.Warn(
                    $"{table.Source}: rows differ in {string.Join(" and ", fields)}, and the command line sets that for all of them: the "
                    + "names of rows may state other values.");
        if (tables.GroupBy(
            table => table.Experiment.Name, StringComparer.OrdinalIgnoreCase).FirstOrDefault(same => same.Count() > 1) is { } twice)
            throw AutoFlipException.BadRequest(
                $"experiment: {string.Join(" and ", twice.Select(table => $"'{table.Source}'"))} are both called '{twice.Key}'. "
                + "Each table is written into a folder of its name: give each its own name.");

        var session = new TableSession(tables, request, host);
        return request.Tables.DryRun ? session.DryRun() : session.Run();
    }
}
