using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace AutoFlip.Cli;

/// <summary>Carries out what is missing of some tables, and writes them anew after every run.</summary>
/// <remarks>What there is is looked up on the disk before each run, never remembered: so a killed session loses nothing, and
/// several at once share the work.</remarks>
/// <param name="tables">Resolved tables of different names.</param>
/// <param name="request">How to carry runs out, and what to show.</param>
/// <param name="host">The world around.</param>
sealed class TableSession(IReadOnlyList<ExperimentTable> tables, Request request, Host host)
{
    readonly List<(TableJob Job, AutoFlipException Why)> _failures = [];
    readonly IReadOnlyList<(string What, string Value)> _facts = [.. Machine.Facts()];

    string Root => request.Options.ResultPath;

    /// <summary>Carries out the runs, writes the table, and reports the outcome.</summary>
    /// <exception cref="AutoFlipException">Some runs failed or are another process's, or the reader wished to stop (exit 130).</exception>
    public ExitCode Run()
    {
        var jobs = Jobs();
        foreach (var warning in Write().Warnings) host.Warn(warning);
        using var live = LiveRuns.Of(request.Show, host);
        foreach (var job in jobs)
        {
            if (RunJob(job, jobs.Count, live)) Write();
        }
        return Conclude(jobs);
    }

    /// <summary>Says which runs there are and which not, and touches nothing.</summary>
    public ExitCode DryRun()
    {
        var runs = EarlierRuns.Below(Root);
        var jobs = Jobs();
        foreach (var job in jobs)
        {
            var cell = new TableCell(job.Experiment, runs.Of(job.Experiment), Failure: null);
            if (request.Show.Json) Say(job, jobs.Count, ("state", cell.State), ("directory", cell.Run?.Directory));
            else host.Out.WriteLine($"{job.Label(jobs.Count)}: {cell.State}{(cell.Run is { } run ? $": {run.Directory}" : "")}");
        }
        return ExitCode.Done;
    }

    /// <summary>The runs of the rows that were asked for.</summary>
    /// <exception cref="AutoFlipException">There is no such row (exit 2).</exception>
    IReadOnlyList<TableJob> Jobs()
    {
        var names = tables.SelectMany(table => table.Rows).Select(row => row.Name).ToList();
        Predicate<string>[] chosen =
            [.. request.Tables.Rows.Select(asked => names.Contains(asked) ? (Predicate<string>)asked.Equals : Pattern(asked).IsMatch)];
        foreach (var (asked, isChosen) in request.Tables.Rows.Zip(chosen))
            if (!names.Exists(isChosen))
                throw AutoFlipException.BadRequest(
                    $"experiment: no row is called '{asked}'.{Nearest.Hint(asked, names)} "
                    + "Accepted: names, or patterns such as 'FedAvg*'.");
        return TableJob.Of(tables, name => chosen.Any(isChosen => isChosen(name)));
    }

    /// <summary>Matches names of rows, where none is called exactly so. The name of an entry stands for all of its grid's
    /// combinations.</summary>
    static Regex Pattern(string name) => new(
        $"^{Regex.Escape(name).Replace(@"\*", ".*", StringComparison.Ordinal)}(, .*)?$",
        RegexOptions.CultureInvariant | RegexOptions.Singleline | RegexOptions.NonBacktracking);

    /// <summary>Carries a run out, if it is missing; whether anything was done.</summary>
    bool RunJob(TableJob job, int jobs, LiveRuns live)
    {
        var run = EarlierRuns.Below(Root).Of(job.Experiment);
        if (run is { Status.Stage: RunStage.Done }) return false;
        if (host.Cancel.IsCancellationRequested) throw Interrupted(null);
        if (run is { Status.Stage: RunStage.Running })
        {
            host.Warn($"{job.Label(jobs)}: skipped, another process is running it: {run.Directory}");
            return false;
        }
        if (run is { Status: { Stage: RunStage.Failed, IsRepeated: true } failed })
        {
            var reason = $"{failed.Reason} It failed twice with this error and is not retried; delete its directory to start again: "
                + $"{run.Directory}";
            _failures.Add((job, new AutoFlipException((ExitCode)(failed.ExitCode ?? (int)ExitCode.RunFailed), reason)));
            host.Warn($"{job.Label(jobs)}: {reason}");
            return false;
        }
        Announce(job, jobs, run);
        try
        {
            Session.Watch(request.Show, host, display => run is null
                ? host.Engine.Run(
                    job.Experiment, request.Options with { ResultPath = FolderOf(job.Table) }, display, host.Time, host.Cancel)
                : host.Engine.Resume(run.Directory, request.Options, display, host.Time, host.Cancel), live);
        }
        catch (AutoFlipException stopped) when (stopped.Code == ExitCode.Interrupted)
        {
            Write();
            throw Interrupted(stopped);
        }
        catch (Exception failure) // of one run: the others have their chance all the same, and the exit code remembers it
        {
            var why = failure is AutoFlipException refused
                ? refused.With(Spelling.Of(refused.Message))
                : AutoFlipException.RunFailed($"the run failed: {failure.Message}", failure);
            _failures.Add((job, why));
            host.Warn($"{job.Label(jobs)}: {why.Message}");
            if (request.Show.Verbose) host.Error.WriteLine(failure);
        }
        return true;
    }

    ExitCode Conclude(IReadOnlyCollection<TableJob> jobs)
    {
        var runs = Write();
        foreach (var table in tables) Show(table, runs);
        var elsewhere = jobs.Count(job => runs.Of(job.Experiment) is { Status.Stage: RunStage.Running });
        string[] open =
        [
            .. _failures.Count == 0 ? [] : new[] { $"{_failures.Count} of {jobs.Count} runs failed{Prospects(jobs, runs)}" },
            .. elsewhere == 0
                ? []
                : new[] { $"{elsewhere} of {jobs.Count} runs are running in another process. "
                    + "Repeat the command later to complete the table." },
        ];
        if (open is []) return ExitCode.Done;
        var codes = _failures.Select(failure => failure.Why.Code).Distinct().ToList();
        throw new AutoFlipException(codes is [var one] ? one : ExitCode.RunFailed, string.Join('\n', open), _failures.FirstOrDefault().Why);
    }

    /// <summary>Sentence on whether failed runs are retried.</summary>
    static string Prospects(IEnumerable<TableJob> jobs, EarlierRuns runs) =>
        jobs.Count(job => runs.Of(job.Experiment) is { Status: { Stage: RunStage.Failed, IsRepeated: true } }) switch
        {
            0 => ". The same command retries them.",
            1 => ", 1 of them twice with the same error: it is not retried until its directory is deleted.",
            var twice => $", {twice} of them twice with the same error: they are not retried until their directories are deleted.",
        };

    void Show(ExperimentTable table, EarlierRuns runs)
    {
        var result = ResultOf(table, runs);
        var folder = new TableFolder(FolderOf(table), _facts);
        if (request.Show.Json)
        {
            var line = folder.Json(result);
            line.Insert(0, "event", "table");
            line["page"] = folder.Page;
            host.Out.WriteLine(line.ToJsonString(ReportJson.Options));
            return;
        }
        if (!request.Show.Quiet && result.Ended.Any())
        {
            host.Out.WriteLine();
            result.Overview().Write(host);
            host.Out.WriteLine();
        }
        host.Out.WriteLine(folder.Markdown);
        host.Out.WriteLine(folder.Page);
    }

    void Announce(TableJob job, int jobs, EarlierRun? run)
    {
        if (request.Show.Json) Say(job, jobs, ("state", run is null ? "started" : "resumed"), ("directory", run?.Directory));
        else if (!request.Show.Quiet) host.Print($"{job.Label(jobs)}{(run is null ? "" : ", resumed")}");
    }

    void Say(TableJob job, int jobs, params IEnumerable<(string Name, string? Value)> more)
    {
        var line = new JsonObject
        {
            ["event"] = "run",
            ["number"] = job.Number,
            ["runs"] = jobs,
            ["table"] = job.Table.Experiment.Name,
            ["row"] = job.Row,
            ["seed"] = job.Experiment.Seed,
        };
        foreach (var (name, value) in more) line[name] = value;
        host.Out.WriteLine(line.ToJsonString(ReportJson.Options));
    }

    EarlierRuns Write()
    {
        var runs = EarlierRuns.Below(Root);
        foreach (var table in tables) new TableFolder(FolderOf(table), _facts).Write(ResultOf(table, runs));
        return runs;
    }

    TableResult ResultOf(ExperimentTable table, EarlierRuns runs) => TableResult.Of(
        table, runs, wanted => _failures.FirstOrDefault(failure => failure.Job.Identity == TableJob.IdentityOf(wanted)).Why?.Message);

    string FolderOf(ExperimentTable table) => Path.Combine(Root, table.Experiment.Name);

    static AutoFlipException Interrupted(Exception? inner) =>
        new(ExitCode.Interrupted, "interrupted; finished runs and rounds are saved. Repeat the command to complete the table.", inner);
}
