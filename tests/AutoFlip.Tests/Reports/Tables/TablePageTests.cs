using System.Text.Json.Nodes;

namespace AutoFlip.Tests;

/// <summary>Three seeds, the third missing in one row. Accuracy 0.5, 0.6, 0.7 without pruning and 0.48, 0.60 with it.</summary>
public sealed class TablePageTests
{
    const string Odd = "<b>AutoFLIP</b> | \"ours\" & `p`";

    static readonly ExperimentTable Table = new ExperimentTable(
        "my <file>.json", new Experiment { Name = "t" },
        [Row("FedAvg", "none", 1, 2, 3), Row(Odd, "autoflip", 1, 2, 3), Row("not begun", "random", 1)], "FedAvg").Resolve();

    static readonly string Folder = Path.Combine(Path.GetTempPath(), "out", "t");

    static TableRow Row(string name, string pruner, params ulong[] seeds) =>
        new(name, [.. seeds.Select(seed => new Experiment { Dataset = "Digits", Rounds = 6, Pruner = pruner, Seed = seed })]);

    static TableResult Result(Func<Experiment, RunSummary, RunSummary>? change = null) =>
        new(Table, [.. Table.Rows.Select(row => new TableRowResult(row.Name, [.. row.Experiments.Select(experiment =>
    {
        var score = experiment.Pruner == "none" ? 0.4 + 0.1 * experiment.Seed : experiment.Seed == 1 ? 0.48 : 0.6;
        var summary = new DiskEngine { Score = _ => score }.Summary(experiment, new RunOptions());
        summary = change?.Invoke(experiment, summary) ?? summary;
        EarlierRun? run = experiment.Pruner == "random" || (experiment.Pruner, experiment.Seed) == ("autoflip", 3ul)
            ? null
            : new(Path.Combine(Folder, $"run {experiment.Pruner} #{experiment.Seed}"), experiment, new(RunStage.Done), summary);
        return new TableCell(experiment, run, Failure: null);
    })]))]);

    internal static TablePage Page(TableResult? result = null) => TablePage.Of(result ?? Result(), Folder, [("machine", "this <one>")]);

    static string[] Cells(TableSection section, int row, params string[] headers) =>
        [.. headers.Select(header => section.Rows[row][section.Headers.ToList().IndexOf(header)].Text)];

    /// <summary>
    /// FedAvg: mean 0.6, deviation 0.1. AutoFLIP: mean of 0.48 and 0.60 is 0.54, deviation the root of 2 · 0.06² = 0.085. Seed by seed it
    /// is 0.02 and 0.00 lower: mean -0.01, deviation 0.0141. The fake's bytes are 0.5 of dense, those of its exploration included.
    /// </summary>
    [Fact]
    public void Rows_hold_means_and_deviations_and_differences_seed_by_seed()
    {
        var comparison = Page().Sections[0];

        Assert.Equal(
            ["3", "60.0 ± 10.0 %", "baseline", "100.0 %", "1.00 x", "20.0 s"],
            Cells(comparison, 0, "seeds", "accuracy, last five", "against the baseline", "kept", "bytes, of dense", "time"));
        Assert.Equal(
            ["2 of 3", "54.0 ± 8.5 %", "-1.0 (-13.7 to +11.7) points", "50.0 %", "0.50 x", "25.0 s"],
            Cells(comparison, 1, "seeds", "accuracy, last five", "against the baseline", "kept", "bytes, of dense", "time"));
        Assert.Equal(["0 of 1", "-", "-", "-"], Cells(comparison, 2, "seeds", "accuracy, last five", "against the baseline", "kept"));
        Assert.DoesNotContain("accuracy on clients", comparison.Headers); // measured nowhere
    }

    /// <summary>FedAvg is at its final figure (0.5, 0.6, 0.7 by seed) in all of four evaluations. AutoFLIP has 0.48 of 0.5 and 0.60 of 0.6:
    /// at 95 % both seeds are there after the third, at 100 % only the second. The third evaluation costs 300 bytes.</summary>
    [Fact]
    public void Rows_show_what_the_baselines_quality_cost()
    {
        var result = Result((_, summary) => summary with
        {
            Evaluations = [.. Enumerable.Range(1, 4).Select(i =>
                new SummaryEvaluation(i, summary.Metrics.Primary.Compared + 1e-12, 100 * i, 1e6 * i, i))],
        });
        var section = Page(result).Sections[1];

        Assert.Equal("Cost to reach the final quality of 'FedAvg'", section.Title);
        Assert.Equal(
            ["300 B", "3.00 MMAC", "3.0 s", "300 B"], Cells(section, 0, "90 %: bytes", "90 %: computation", "90 %: time", "100 %: bytes"));
        Assert.Equal(["300 B", "300 B (1 of 2)"], Cells(section, 1, "95 %: bytes", "100 %: bytes"));
        Assert.Equal("-", Cells(section, 2, "90 %: bytes").Single());

        var json = TableData.Json(result, Folder)["rows"]![1]!["cost_to_reach"]!;
        Assert.Equal(
            (1.0, 2, 1, 300.0),
            (json[2]!["share"]!.GetValue<double>(), json[2]!["runs"]!.GetValue<int>(), json[2]!["reached"]!.GetValue<int>(),
                json[2]!["bytes"]!.GetValue<double>()));
    }

    [Fact]
    public void Every_run_says_how_far_it_is_and_where()
    {
        var runs = Page().Sections[1];

        Assert.Equal(7, runs.Rows.Count);
        Assert.Equal(["1", "acc1 50.0 %", "20.0 s", "done", "run none #1"], Cells(runs, 0, "seed", "result", "time", "state", "directory"));
        Assert.Equal("run%20none%20%231", runs.Rows[0][^1].Target);
        Assert.Equal(["3", "-", "-", "not run yet", "-"], Cells(runs, 5, "seed", "result", "time", "state", "directory"));
    }

    [Fact]
    public void Settings_are_those_in_which_rows_differ_and_those_that_are_not_the_defaults()
    {
        var (own, shared) = (Page().Sections[2], Page().Sections[3]);

        Assert.Equal(["setting", "pruner"], own.Headers);
        Assert.Equal(["none", "autoflip", "random"], own.Rows.Select(row => row[1].Text));
        Assert.Contains(shared.Rows, row => (row[0].Text, row[1].Text) == ("dataset", "Digits"));
        Assert.DoesNotContain(shared.Rows, row => row[0].Text is "seed" or "name" or "clients");
    }

    [Fact]
    public void Option_of_one_rows_method_is_a_column_of_all_rows()
    {
        var proximal = new Experiment { Dataset = "Digits", Rounds = 6, Algorithm = "fedprox", Pruner = "none", Seed = 1 };
        var table = new ExperimentTable(
            "t.json", new Experiment { Name = "t" },
            [Row("FedAvg", "none", 1), new("FedProx", [proximal.WithOption("mu", 0.5)])], "FedAvg");

        var settings = TableSettings.Of(table.Resolve());

        Assert.Equal([("algorithm", "fedavg"), ("mu", "-")], settings.Own[0].Fields);
        Assert.Equal([("algorithm", "fedprox"), ("mu", "0.5")], settings.Own[1].Fields);
    }

    [Fact]
    public void A_figure_that_is_undefined_in_some_runs_says_in_how_many_it_is()
    {
        var page = Page(Result((experiment, summary) =>
            experiment.Seed == 2
                ? summary with { Metrics = summary.Metrics with { Global = new(0.1, double.NaN, null, null) } }
                : summary));

        Assert.Equal("0.2500 ± 0.0000 (2 of 3)", Cells(page.Sections[0], 0, "loss").Single());
    }

    [Fact]
    public void An_error_is_compared_in_its_own_figures_and_one_seed_has_no_deviation()
    {
        static RunSummary Regression(Experiment experiment, RunSummary summary) => summary with
        {
            Metrics = new(
                new(null, 2, null, null), new(null),
                new SummaryMain("mse", LowerIsBetter: true, 2, 2, 1, experiment.Pruner == "none" ? 2 : 2.5, null)),
        };
        var one = Result(Regression) with { Rows = [.. Result(Regression).Rows.Select(row => row with { Cells = [row.Cells[0]] })] };

        var comparison = Page(one).Sections[0];

        Assert.Equal(["2.0000", "baseline"], Cells(comparison, 0, "mse, last five", "against the baseline"));
        Assert.Equal(["2.5000", "+0.5000"], Cells(comparison, 1, "mse, last five", "against the baseline"));
    }

    [Fact]
    public void Without_a_test_set_rows_are_compared_on_clients()
    {
        var page = Page(Result((_, summary) =>
            summary with
            {
                Metrics = new(
                new(null, null, null, null), new(0.5), new SummaryMain("acc1", LowerIsBetter: false, null, null, null, null, 0.5))
            }));

        Assert.Equal("accuracy on clients", page.Sections[0].Headers[2]);
        Assert.Equal("0.0 (0.0 to 0.0) points", Cells(page.Sections[0], 1, "against the baseline").Single());
    }

    /// <summary>Personal models of the pruned row reach 0.9 on clients, the baseline's global model 0.7, whatever the test set says. Cost:
    /// 90 % of 0.7 is reached at once, in the third evaluation.</summary>
    [Fact]
    public void Rows_are_compared_on_clients_where_one_has_personal_models()
    {
        var result = Result((experiment, summary) =>
        {
            double? personal = experiment.Pruner == "none" ? null : 0.9;
            return summary with
            {
                Metrics = summary.Metrics with { Main = summary.Metrics.Main! with { Local = 0.7, Personal = personal } },
                Evaluations = [.. Enumerable.Range(1, 3).Select(i => new SummaryEvaluation(i, 0.1, 100 * i, 1e6 * i, i, personal ?? 0.7))],
            };
        });
        var page = Page(result);
        var (comparison, reaching, runs) = (page.Sections[0], page.Sections[1], page.Sections[2]);

        Assert.Equal(["setting", "seeds", "accuracy on clients, recent", "against the baseline"], comparison.Headers.Take(4));
        Assert.Equal(["70.0 ± 0.0 %", "baseline"], Cells(comparison, 0, "accuracy on clients, recent", "against the baseline"));
        Assert.Equal(
            ["90.0 ± 0.0 %", "+20.0 (+20.0 to +20.0) points *"],
            Cells(comparison, 1, "accuracy on clients, recent", "against the baseline"));
        Assert.Equal(["300 B", "300 B"], [.. Cells(reaching, 0, "100 %: bytes"), .. Cells(reaching, 1, "100 %: bytes")]);
        Assert.Equal("acc1 90.0 %", Cells(runs, 3, "result").Single());
        Assert.Contains(
            page.Notes, note => note.Header == "accuracy on clients, recent"
                && note.Meaning.Contains("Rows are compared by it, because some have personal models", StringComparison.Ordinal));
        Assert.Equal("acc1_clients_recent", (string?)TableData.Json(result, Folder)["compared_by"]);
        Assert.StartsWith("row,seed,state,acc1_clients_recent,acc1_recent,", TableData.Csv(result, Folder), StringComparison.Ordinal);
    }

    /// <summary>A baseline that was evaluated on the server's test set alone has no figure that compares with a personal model's.</summary>
    [Fact]
    public void A_baseline_without_an_evaluation_on_clients_is_compared_with_nothing()
    {
        var result = Result((experiment, summary) => experiment.Pruner == "none" ? summary
            : summary with { Metrics = summary.Metrics with { Main = summary.Metrics.Main! with { Personal = 0.9 } } });

        Assert.Every(result.Rows, row => Assert.Null(result.Against(row)));
        Assert.Equal("-", Cells(Page(result).Sections[0], 0, "accuracy on clients, recent").Single());
    }

    [Fact]
    public void Nothing_to_show_is_a_table_all_the_same()
    {
        var none = new TableResult(
            Table, [.. Result().Rows.Select(row => row with { Cells = [.. row.Cells.Select(cell => cell with { Run = null })] })]);

        var page = Page(none);

        Assert.StartsWith("0 of 7 runs are done.", page.Summary, StringComparison.Ordinal);
        Assert.Equal(["setting", "seeds"], page.Sections[0].Headers);
        Assert.Contains("| FedAvg | 0 of 3 |", TableMarkdown.Write(page), StringComparison.Ordinal);
    }

    [Fact]
    public void Markdown_keeps_every_name_in_its_cell()
    {
        var text = TableMarkdown.Write(Page());

        Assert.StartsWith("# t\n\n5 of 7 runs are done.", text, StringComparison.Ordinal);
        Assert.Contains("| &lt;b>AutoFLIP&lt;/b> \\| \"ours\" &amp; `p` | 2 of 3 | 54.0 ± 8.5 % |", text, StringComparison.Ordinal);
        Assert.Contains("| [run none #1](run%20none%20%231/) |", text, StringComparison.Ordinal);
        Assert.Contains("| machine | this &lt;one> |", text, StringComparison.Ordinal);
        Assert.Every(text.Split("\n\n").Where(part => part.StartsWith('|')), table =>
            Assert.Single(table.Trim().Split('\n')
                .Select(line => line.Replace("\\|", "", StringComparison.Ordinal).Count(letter => letter == '|')).Distinct()));
    }

    [Fact]
    public void Words_are_aligned_like_words_and_numbers_like_numbers()
    {
        var text = TableMarkdown.Write(Page());

        Assert.Contains(
            "| setting | seed | result | time | state | directory |\n|---|---:|---:|---:|---|---|", text, StringComparison.Ordinal);
        Assert.Contains("| setting | pruner |\n|---|---|", text, StringComparison.Ordinal);
        Assert.Contains(
            "<td>3</td><td>-</td><td>-</td><td class=\"words\">not run yet</td>", TableHtml.Write(Page()), StringComparison.Ordinal);
    }

    [Fact]
    public void Html_loads_nothing_and_lets_no_name_become_markup()
    {
        var text = TableHtml.Write(Page());

        Assert.Contains(
            "<th scope=\"row\">&lt;b&gt;AutoFLIP&lt;/b&gt; | &quot;ours&quot; &amp; `p`</th><td>2 of 3</td>", text,
            StringComparison.Ordinal);
        Assert.Contains("<a href=\"run%20none%20%231/\">run none #1</a>", text, StringComparison.Ordinal);
        Assert.DoesNotContain("<b>AutoFLIP", text, StringComparison.Ordinal);
        Assert.DoesNotContain("href=\"http", text, StringComparison.Ordinal);
        Assert.DoesNotContain("src=", text, StringComparison.Ordinal);
        Assert.DoesNotContain("<script", text, StringComparison.Ordinal);
        Assert.DoesNotContain("script-src", text, StringComparison.Ordinal); // so none would run
        Assert.Contains("content=\"default-src &#39;none&#39;; style-src &#39;sha256-", text, StringComparison.Ordinal);
        Assert.Contains("<html lang=\"en\">", text, StringComparison.Ordinal);
        Assert.Contains("prefers-color-scheme: dark", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Programs_get_figures_that_are_not_rounded()
    {
        var json = JsonNode.Parse(TableData.Json(Result(), Folder).ToJsonString(ReportJson.Options))!;
        var csv = TableData.Csv(Result(), Folder).Split('\n');

        Assert.Equal((0.6, 0.1, 3), Rounded(json["rows"]![0]!["figures"]!["acc1_recent"]!));
        Assert.Equal((-0.01, 0.0141, 2), Rounded(json["rows"]![1]!["against_baseline"]!));
        Assert.Null(json["rows"]![0]!["against_baseline"]);
        Assert.Equal(
            ("run none #1", "done"),
            ((string?)json["rows"]![0]!["runs"]![0]!["directory"], (string?)json["rows"]![0]!["runs"]![0]!["state"]));
        Assert.Equal(9, csv.Length); // a header, seven runs, the end
        Assert.StartsWith("row,seed,state,acc1_recent,", csv[0], StringComparison.Ordinal);
        Assert.StartsWith("\"<b>AutoFLIP</b> | \"\"ours\"\" & `p`\",1,done,0.48,", csv[4], StringComparison.Ordinal);

        static (double, double, int) Rounded(JsonNode spread) =>
            (Math.Round((double)spread["mean"]!, 4), Math.Round((double)spread["deviation"]!, 4), (int)spread["count"]!);
    }
}
