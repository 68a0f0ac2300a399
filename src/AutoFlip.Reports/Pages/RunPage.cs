using System.Collections.Immutable;

namespace AutoFlip.Reports;

/// <summary>The section of a page about one run.</summary>
/// <param name="Run">The run.</param>
/// <param name="Id">Begins every anchor: lower-case letters and digits.</param>
/// <param name="Level">Level of the headings of its sections.</param>
/// <param name="Links">How files are linked.</param>
/// <param name="Options">How options are named.</param>
sealed record RunPage(RunRecord Run, string Id, int Level, PageLinks Links, ReportOptions Options)
{
    const int MostClients = 200, MostClasses = 20; // larger tables are read by nobody: partition.json holds them

    static readonly string[] Known =
    [
        ReportFile.Name, "experiment.json", "summary.json", "results.json", "rounds.jsonl", "partition.json", "guidance.json", "run.log",
        "plots", "tensorboard",
    ];

    /// <summary>Title of the run: data, model, method.</summary>
    public string Title =>
        $"{DataSetName.WithoutFolders(Run.Experiment.Dataset)}, {Run.Experiment.Model}, "
        + $"{Results.Method(Run.Experiment.Algorithm, Run.Experiment.Pruner)}";

    /// <summary>Its figures and where they are drawn.</summary>
    public ImmutableArray<(string Place, Chart Chart)> Charts { get; init; } = [.. RunCharts.Of(Run).Select(chart =>
        ($"{Id}-{chart.Id}", chart))];

    RunSummary Figures { get; } = Run.Figures;

    Experiment Shown { get; } = Options.KeepPaths ? Run.Experiment : DataSetName.WithoutFolders(Run.Experiment);

    /// <summary>The figures in large, and what they mean.</summary>
    public Html Overview => Html.Of($"""
        {PageParts.Notice(Run)}<p class="lead">{Lead}</p>
        <dl class="tiles">
        {Tiles}</dl>
        {PageParts.Sentences(Findings.Of(Run))}
        {BaselineHint}
        """);

    Html BaselineHint => Html.If(
        !Run.Experiment.IsDense && Level == 2,
        $"<p class=\"alone\">Accuracy and time of plain FedAvg can only be measured by a run of it: give <code>autoflip report</code> "
        + $"this run and one with <code>--pruner none</code>.</p>");

    /// <summary>Its sections with their titles, in order.</summary>
    public IEnumerable<(string Id, string Title, Html Content)> Sections =>
    [
        .. Charts.IsEmpty ? [] : new[] { ($"{Id}-figures", "Figures", PageParts.Figures(Charts)) },
        ($"{Id}-ledger", "Ledger", Ledger),
        .. Run.Rounds.IsEmpty ? [] : new[] { ($"{Id}-rounds", "Rounds", Rounds) },
        .. Run.Rounds is [.., { Layers.IsEmpty: false } last] ? new[] { ($"{Id}-layers", "Layers", Layers(last)) } : [],
        .. Run.Partition is { } partition ? new[] { ($"{Id}-clients", "Clients", Clients(partition)) } : [],
        ($"{Id}-experiment", "Experiment", Choices),
        ($"{Id}-files", "Files and commands", Files),
    ];

    string Lead
    {
        get
        {
            var e = Run.Experiment;
            return $"{Readable.Count(e.Clients)} clients train {e.Model} on {DataSetName.WithoutFolders(e.Dataset)} by {e.Algorithm}"
                + (
                    e.IsDense ? ", without pruning"
                        : $", pruned by {e.Pruner} to {Readable.Percent((double)(1 - e.PruneFraction))} of the parameters")
                + $"; {Readable.Count(e.CohortSize)} of them take part in each of {PageParts.Counted(e.Rounds, "round")}.";
        }
    }

    IEnumerable<Html> Tiles
    {
        get
        {
            var main = Figures.Metrics.Primary;
            if (main.Personal is { } own)
                yield return PageParts.Tile($"{Metric.DisplayTitleOf(main.Name)}, personal", Readable.Metric(main.Name, own), "on clients");
            else if (main.Last is { } score)
                yield return PageParts.Tile(
                    Metric.DisplayTitleOf(main.Name), Readable.Metric(main.Name, score),
                    main.Global is null
                        ? "on clients"
                        : main.Best is { } best && best != score
                        ? $"best {Readable.Metric(main.Name, best)}, round {main.BestRound}"
                        : "on the server's test set");
            yield return PageParts.Tile(
                "Parameters kept", Readable.Percent(Figures.ModelSize.Density),
                $"{Readable.Count(Figures.ModelSize.ActiveParameters)} of {Readable.Count(Figures.ModelSize.Parameters)}");
            yield return PageParts.Tile("Sent", Readable.Bytes(Findings.Sent(Figures)),
                Figures.Traffic.DenseFp32Bytes > 0
                    ? $"{Findings.ComparedTo(Figures.Traffic.DenseFp32Bytes, Findings.Sent(Figures))} dense float32"
                    : "");
            yield return PageParts.Tile("Computed", Readable.Macs(Findings.Macs(Figures)),
                Figures.Compute.DenseMacs > 0
                    ? $"{Findings.ComparedTo(Figures.Compute.DenseMacs, Findings.Macs(Figures))} dense FedAvg"
                    : "");
            yield return PageParts.Tile("Time", Readable.Time(Figures.Time.Total), $"{Readable.Time(Figures.Time.MedianRound)} a round");
            yield return PageParts.Tile(
                "Rounds", Readable.Count(Figures.RoundsDone),
                Figures.RoundsDone == Figures.Rounds ? "all done" : $"of {Readable.Count(Figures.Rounds)}");
            if (Figures.Failures > 0)
                yield return PageParts.Tile(
                    "Clients that failed", Readable.Count(Figures.Failures), "excluded from the average", warns: true);
        }
    }

    Html Ledger
    {
        get
        {
            var (rounds, explorers, time) = (Run.Rounds, Run.Explorers, Figures.Time);
            IReadOnlyList<Html> Bytes(string phase, long down, long up, long? dense) =>
                HtmlTable.Row(
                    phase, Readable.Bytes(down), Readable.Bytes(up), Readable.Bytes(down + up),
                    dense is > 0 ? Readable.Bytes(dense.Value) : "-");
            var (exploreDown, exploreUp) = (explorers.Sum(explorer => explorer.DownBytes), explorers.Sum(explorer => explorer.UpBytes));
            var bytes = new HtmlTable(
                $"{Id}-bytes-table", "Bytes sent, measured; last column: FedAvg in float32, computed",
                ["phase", "to clients", "from clients", "both", "dense float32"],
            [
                .. explorers.IsEmpty ? Array.Empty<IReadOnlyList<Html>>() : [Bytes("exploration", exploreDown, exploreUp, null)],
                Bytes(
                    "rounds", Figures.Traffic.DownBytes - exploreDown, Figures.Traffic.UpBytes - exploreUp, Figures.Traffic.DenseFp32Bytes),
                Bytes("all", Figures.Traffic.DownBytes, Figures.Traffic.UpBytes, Figures.Traffic.DenseFp32Bytes),
            ]);
            (string What, double Seconds)[] spent =
            [
                ("wall clock: everything", time.Total), ("wall clock: exploration", time.Explore), ("wall clock: rounds", time.Rounds),
                ("server: masks", time.Mask), ("server: folding", time.Fold),
                ("server: evaluation", time.Evaluate), ("clients: decoding", time.ClientDecode), ("clients: training", time.ClientTrain),
                ("clients: encoding", time.ClientEncode),
                ("clients: exploring", time.ExploreTrain),
            ];
            var seconds = new HtmlTable($"{Id}-seconds-table", "Time, measured; clients: sum over their own clocks", ["what", "time"],
                [.. spent.Where(entry => entry.Seconds > 0).Select(entry => HtmlTable.Row(entry.What, Readable.Time(entry.Seconds)))]);
            return Html.Of($"<div class=\"pair\">{bytes.Write()}{seconds.Write()}</div>\n");
        }
    }

    Html Rounds
    {
        get
        {
            var metric = Metric.MainOf(Run.Experiment);
            var lines = new HtmlTable(
                $"{Id}-rounds-table", "Every round", ["round", metric, "loss", "train loss", "kept", "sent", "time", "failed"],
            [
                .. Run.Rounds.Select(round => RoundLine.Of(round, metric)).Select(line => HtmlTable.Row(
                    $"{line.Round}", Readable.Figure(line.Score), Readable.Figure(line.Loss), Readable.Figure(line.TrainLoss),
                    Readable.Percent(line.Density), Readable.Bytes(line.Bytes),
                    Readable.Time(line.Seconds), $"{line.Failures}")),
            ]);
            (string Where, ClientFailure Failure)[] failed =
            [
                .. Run.Explorers.Where(explorer => explorer.Failure is not null).Select(explorer =>
                    ("exploration", new ClientFailure(explorer.Client, explorer.Failure!))),
                .. Run.Rounds.SelectMany(round => round.Failures.Select(failure => ($"round {round.Round}", failure))),
            ];
            var failures = failed is []
                ? Html.Of($"<p>No client failed.</p>\n")
                : new HtmlTable($"{Id}-failures", $"Clients that failed: {failed.Length}", ["where", "client", "why"],
                [.. failed.Take(MostClients).Select(entry => HtmlTable.Row(entry.Where, $"{entry.Failure.Client}", entry.Failure.Reason))])
                {
                    Words = [2],
                }.Write();
            return Html.Join(failures, PageParts.Details($"{Id}-all-rounds", $"All {Run.Rounds.Length} rounds", lines.Write()));
        }
    }

    Html Layers(RoundReport last) =>
        new HtmlTable(
            $"{Id}-layers-table", $"Layers after round {last.Round}",
            ["layer", "parameters", "kept", "share kept", "units", "units kept", "norm", "from w_0"],
    [
        .. last.Layers.Select(layer => HtmlTable.Row(
            layer.Name, Readable.Count(layer.Parameters), Readable.Count(layer.Kept),
            Readable.Percent((double)layer.Kept / layer.Parameters),
            layer.Units is { } units ? Readable.Count(units) : "", layer.KeptUnits is { } kept ? Readable.Count(kept) : "",
            Readable.Figure(layer.Norm), Readable.Figure(layer.Distance))),
    ]).Write();

    Html Clients(PartitionCounts partition)
    {
        var classes = partition.Classes.Length is > 1 and <= MostClasses ? partition.Classes.Length : 0;
        var rows = partition.Train.Take(MostClients).Select((train, client) => HtmlTable.Row(
        [
            $"{client}", Readable.Count(train.Sum()), Readable.Count(partition.HeldOut[client].Sum()),
            .. Enumerable.Range(0, classes).Select(c =>
                train[c] + partition.HeldOut[client][c] is var count and > 0 ? Readable.Count(count) : "·"),
        ]));
        var table = new HtmlTable($"{Id}-clients-table", "Samples of each client; per class, training and held-out samples together",
            ["client", "training", "held out", .. partition.Classes.Take(classes)], [.. rows]);
        var all = partition.Clients == partition.Train.Length ? "all of them" : $"the first {Readable.Count(partition.Train.Length)}";
        var more = partition.Train.Length > MostClients ? $" The first {MostClients} are listed; partition.json has {all}." : "";
        return Html.Of($"""
            <p>{Readable.Count(partition.Clients)} clients have {Readable.Count(partition.TrainSamples)} training samples
            and {Readable.Count(partition.HeldOutSamples)} held-out samples (partition {Run.Experiment.Partition}).{more}</p>
            {PageParts.Details($"{Id}-samples-per-client", "Samples per client", table.Write())}
            """);
    }

    Html Choices
    {
        get
        {
            var choices = Options.Choices(Shown).ToList();
            IReadOnlyList<Html> Row(ExperimentChoice choice) =>
            [
                Html.Of($"<code>{choice.Option}</code>"), Html.Of($"{(choice.Value.Length == 0 ? "-" : choice.Value)}"),
                Html.Of($"{choice.Default}"), Html.Of($"{choice.Help}"),
            ];
            HtmlTable Table(string name, string caption, Func<ExperimentChoice, bool> which) =>
                new(
                    $"{Id}-{name}", caption, ["option", "value", "default", "description"],
                    [.. choices.Where(which).Select(Row)])
                { Words = [1, 2, 3] };
            return Html.Join(
                Table("changed", "Options that differ from the defaults", choice => choice.IsChanged).Write(),
                PageParts.Details(
                    $"{Id}-usual", "Options at their defaults",
                    Table("unchanged", "Options at their defaults", choice => !choice.IsChanged).Write()));
        }
    }

    Html Files
    {
        get
        {
            var files = Known.Where(name => Path.Exists(Path.Combine(Run.Directory, name)) && !(name == ReportFile.Name && Level == 2))
                .Concat(Run.Models.Select(model => $"checkpoints/{model}"));
            return Html.Of($"""
                <ul class="files">
                {files.Select(file => Html.Of($"<li>{Links.To(Run.Directory, file)}</li>\n"))}</ul>
                <p>The same experiment, from its file or from options. On one type of processor it gives the same model, bit for bit.</p>
                <pre tabindex="0" aria-label="Commands to repeat the run"><code>autoflip run {ShellWord.Of(Run.Name)}
                {Options.Command(Shown)}</code></pre>
                {OmittedFolder}{Origin}
                """);
        }
    }

    Html OmittedFolder => Html.If(
        Shown.Dataset != Run.Experiment.Dataset,
        $"<p>The folder of <code>{Shown.Dataset}</code> is omitted: give its path with <code>--dataset</code>. "
        + $"The first command reads it from experiment.json.</p>\n");

    Html Origin => Html.If(
        Figures.ModelSha256.Length > 0,
        $"<dl class=\"facts\"><dt>model_sha256</dt><dd><code>{Figures.ModelSha256}</code></dd><dt>made by</dt>"
        + $"<dd>autoflip {Figures.Version}, {PageParts.Counted(Figures.Workers, "worker")}, "
        + $"{Readable.Bytes(Figures.PeakRssBytes)} at most{Kernels}{Device}</dd></dl>\n");

    string Kernels => Figures.Kernels switch
    {
        null => "",
        "own" => ", trained by own kernels",
        "linear" => ", linear layers trained by own kernels, the others by libtorch",
        _ => ", trained by libtorch",
    };

    string Device => Figures.Gpu is { } model ? $" {Figures.Libtorch} on {Figures.Device} ({model})" : "";
}
