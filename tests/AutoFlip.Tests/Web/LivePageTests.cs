using System.Collections.Immutable;
using AutoFlip.Cli;
using Microsoft.Playwright;

namespace AutoFlip.Tests;

/// <summary>Which figures of a page are drawn, and when: of a live page those too that come with an update.</summary>
[Trait("speed", "slow")]
public sealed class LivePageTests(Browser browser) : IDisposable
{
    const int Wide = 1280, High = 900;

    readonly TemporaryDirectory _folder = new();
    readonly List<string> _errors = [];

    public void Dispose() => _folder.Dispose();

    async Task<IPage> Open(string address)
    {
        var page = await browser.Open(Wide, High, ColorScheme.Light);
        page.PageError += (_, error) => _errors.Add(error);
        await page.GotoAsync(address);
        return page;
    }

    /// <summary>A run whose server evaluates every third round only.</summary>
    void Put(int rounds)
    {
        var record = MadeUpRun.Record(MadeUpRun.Experiment with { EvaluateEvery = 3 }, rounds, _folder["run"]);
        MadeUpRun.Write(record with
        {
            Rounds = [.. record.Rounds.Select(round =>
            round.Round % 3 == 0 ? round : round with { ServerEvaluated = null })]
        });
    }

    /// <summary>Waits until every figure has been drawn, without any scrolling.</summary>
    static Task AllDrawn(IPage page) => page.WaitForFunctionAsync(
        "() => [...document.querySelectorAll('figure[data-chart]')].every(figure => figure.querySelector('.plot :is(canvas, svg)'))");

    [Fact]
    public async Task Figures_that_come_with_an_update_are_drawn_wherever_they_stand_on_the_page()
    {
        Put(rounds: 2);
        using var running = MadeUpRun.Lock(_folder["run"]);
        using var view = LiveView.Start(0, () => [_folder["run"]], new Host { Out = TextWriter.Null, Error = TextWriter.Null });
        var page = await Open(view.Address.AbsoluteUri);
        await Assertions.Expect(page.Locator("#live")).ToHaveTextAsync("live: round 2 of 12 done");
        Assert.Equal(0, await page.Locator("#run-global").CountAsync()); // nothing was evaluated yet
        await AllDrawn(page);

        Put(rounds: 3);
        await page.Locator("#run-global canvas").WaitForAsync();

        await AllDrawn(page);
        Assert.Empty(_errors);
    }

    [Fact]
    public async Task Page_that_gets_no_events_is_told_why()
    {
        Put(rounds: 2);
        using var view = LiveView.Start(
            0, () => [_folder["run"]], new Host { Out = TextWriter.Null, Error = TextWriter.Null }, new() { Streams = 0 });

        var page = await Open(view.Address.AbsoluteUri);

        await Assertions.Expect(page.Locator("#live"))
            .ToHaveTextAsync("not kept up to date: the live view has too many open pages; close one, then reload");
        await page.Locator("#run-local canvas").WaitForAsync(); // the page itself is whole
    }

    /// <summary>The first figure's axis has a unit that the script has no format for, so drawing it fails.</summary>
    [Fact]
    public async Task Fault_of_one_figure_is_reported_and_costs_no_other_figure()
    {
        Chart Of(string id, AxisUnit unit) =>
            new LineChart(id, id, new("round", unit), new("loss"), [new("loss", [1, 2, 3], [0.5, 0.25, 0.125])]);
        ImmutableArray<(string, Chart)> charts = [
            ("bad", Of("bad", (AxisUnit)99)), .. Enumerable.Range(0, 12).Select(i => ($"good{i}", Of($"good{i}", AxisUnit.Count)))];
        var page = await Open(await WritePage(charts));

        await page.WaitForFunctionAsync("() => document.querySelectorAll('figure[id^=good] canvas').length === 12");
        Assert.Every(_errors, error => Assert.Contains("formats", error));
        Assert.NotEmpty(_errors);
    }

    /// <summary>Sixty halvings of 1e13 leave 9e-6, less than doubles near 1e13 can tell apart: 2e-3.</summary>
    [Fact]
    public async Task Zooming_stops_before_numbers_on_the_axis_run_out_of_digits()
    {
        Chart chart = new LineChart(
            "macs", "macs", new("so far", AxisUnit.Macs), new("loss"), [new("loss", [1e12, 5e12, 1.1e13], [0.5, 0.25, 0.125])]);
        var page = await Open(await WritePage(("macs", chart)));
        var plot = page.Locator("#macs .plot");
        await plot.Locator("canvas").WaitForAsync();

        await plot.FocusAsync();
        for (var i = 0; i < 60; i++) await page.Keyboard.PressAsync("+");
        await page.Keyboard.PressAsync("Home");

        await Assertions.Expect(page.Locator("#macs .where")).ToHaveTextAsync("so far 1.00 TMAC");
        Assert.Empty(_errors);
    }

    [Fact]
    public async Task Long_names_below_a_figure_stay_inside_it()
    {
        string[] classes = [.. Enumerable.Range(0, 6).Select(i => $"a_class_of_a_very_long_name_{i}")];
        Chart chart = new HeatMap(
            "map", "map", "class", "client", new("samples", AxisUnit.Count), [.. classes], ["0"], [[1, 2, 3, 4, 5, 6]]);

        var page = await Open(await WritePage(("map", chart)));
        await page.Locator("#map .plot svg").WaitForAsync();

        Assert.Empty(await page.EvaluateAsync<string[]>("""
            [...document.querySelectorAll("#map text[transform]")]
                .filter(text => text.getBoundingClientRect().left < document.querySelector("#map .plot").getBoundingClientRect().left).map(text => text.textContent)
            """));
        Assert.Equal(6, await page.Locator("#map text[transform]").CountAsync());
    }

    async Task<string> WritePage(params ImmutableArray<(string Place, Chart Chart)> charts)
    {
        await File.WriteAllTextAsync(
            _folder["page.html"], ReportFile.Text(new("t", "p", PageParts.Figures(charts), charts)), TestContext.Current.CancellationToken);
        return new Uri(_folder["page.html"]).AbsoluteUri;
    }
}
