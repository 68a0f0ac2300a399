using AutoFlip.Cli;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;

namespace AutoFlip.Tests;

/// <summary>Reports as people see them: in a real browser.</summary>
[Trait("speed", "slow")]
public sealed class BrowserTests(Browser browser) : IDisposable
{
    const string Chart = "figure[data-chart='run-global']";

    readonly TemporaryDirectory _folder = new();
    readonly List<string> _complaints = [], _requests = [];

    public void Dispose() => _folder.Dispose();

    async Task<IPage> Open(string address, int width = 1280, ColorScheme colours = ColorScheme.Light)
    {
        var page = await browser.Open(width, 900, colours);
        page.Console += (_, message) => _complaints.Add(message.Text);
        page.PageError += (_, error) => _complaints.Add(error);
        page.Request += (_, request) => _requests.Add(request.Url);
        await page.GotoAsync(address);
        return page;
    }

    string Write(params RunRecord[] runs)
    {
        ReportFile.Write(_folder["report.html"], runs, ExperimentChoices.ForReports);
        return new Uri(_folder["report.html"]).AbsoluteUri;
    }

    static RunRecord[] Many() =>
        [.. ((string[])["none", "autoflip"]).Select(pruner => MadeUpRun.Record(MadeUpRun.Experiment with { Pruner = pruner }))];

    /// <summary>Draws everything: scrolls to each figure, for none is drawn before it is near.</summary>
    static async Task DrawAll(IPage page)
    {
        var figures = await page.Locator("figure[data-chart]:visible").AllAsync();
        Assert.NotEmpty(figures);
        foreach (var figure in figures)
        {
            await figure.ScrollIntoViewIfNeededAsync();
            await figure.Locator(".plot :is(canvas, svg)").First.WaitForAsync();
        }
    }

    [Theory]
    [InlineData(1280, ColorScheme.Light, false), InlineData(1280, ColorScheme.Dark, true), InlineData(360, ColorScheme.Light, true)]
    [InlineData(360, ColorScheme.Dark, false)]
    public async Task Page_is_accessible_complete_and_silent(int width, ColorScheme colours, bool many)
    {
        var page = await Open(Write(many ? Many() : [MadeUpRun.Record()]), width, colours);
        if (many) await page.Locator("#run2 > summary").ClickAsync();
        await page.EvaluateAsync("document.querySelectorAll('details:not(.run)').forEach(details => details.open = true)");
        await DrawAll(page);
        await page.Locator(".numbers > summary").First.ClickAsync();

        var axe = await page.RunAxe();

        Assert.Empty(axe.Violations.Select(violation =>
            $"{violation.Id}: {violation.Help} {string.Join(' ', violation.Nodes.Select(node => node.Html).Take(3))}"));
        Assert.Empty(_complaints);
        Assert.Single(_requests); // the file itself
        Assert.Equal(0, await page.EvaluateAsync<int>("document.documentElement.scrollWidth - document.documentElement.clientWidth"));
        Assert.Empty(await page.EvaluateAsync<string[]>("""
            [...document.querySelectorAll("figure[data-drawn]")].filter(figure => {
                const canvas = figure.querySelector("canvas");
                if (!canvas) return figure.querySelectorAll(".plot svg rect").length < 2;
                return !canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data.some(value => value);
            }).map(figure => figure.id)
            """));
    }

    [Fact]
    public async Task Keys_and_pointer_read_values_zoom_and_hide_lines()
    {
        var page = await Open(Write(MadeUpRun.Record()));
        var (chart, where) = (page.Locator(Chart), page.Locator($"{Chart} .where"));
        await chart.Locator("canvas").WaitForAsync();
        await Assertions.Expect(where).ToHaveTextAsync("round 12");

        await chart.Locator(".plot").FocusAsync();
        await page.Keyboard.PressAsync("Home");
        await Assertions.Expect(where).ToHaveTextAsync("round 1");
        // 0.95 - 0.9 / 2 + 0.001
        await Assertions.Expect(chart.Locator("[aria-live]")).ToHaveTextAsync("round 1: accuracy 50.1 %, f1 50.1 %");
        await page.Keyboard.PressAsync("ArrowRight");
        await page.Keyboard.PressAsync("+");
        await page.Keyboard.PressAsync("+");
        Assert.True(await chart.Locator(".reset").IsVisibleAsync());
        await page.Keyboard.PressAsync("Escape");
        Assert.False(await chart.Locator(".reset").IsVisibleAsync());

        await chart.Locator(".u-over").HoverAsync(new() { Position = new() { X = 1, Y = 50 } });
        await Assertions.Expect(where).ToHaveTextAsync("round 1");

        await chart.GetByRole(AriaRole.Button, new() { Name = "f1" }).ClickAsync();
        Assert.Equal("false", await chart.GetByRole(AriaRole.Button, new() { Name = "f1" }).GetAttributeAsync("aria-pressed"));
        await chart.Locator(".numbers > summary").ClickAsync();
        await Assertions.Expect(chart.Locator(".numbers tbody tr")).ToHaveCountAsync(12);

        var heat = page.Locator("figure[data-chart='run-partition']");
        await heat.ScrollIntoViewIfNeededAsync();
        await heat.Locator(".plot").FocusAsync();
        await page.Keyboard.PressAsync("ArrowRight");
        await page.Keyboard.PressAsync("ArrowRight");
        await Assertions.Expect(heat.Locator(".where")).ToHaveTextAsync("client 0, class 1: 8"); // (0 + 1) % 4 · 8
        Assert.Empty(_complaints);
    }

    [Fact]
    public async Task Live_page_takes_rounds_over_and_keeps_what_the_reader_did()
    {
        var run = _folder["run"];
        MadeUpRun.Write(MadeUpRun.Record(rounds: 6, directory: run));
        using var running = MadeUpRun.Lock(run);
        using var error = new StringWriter();
        var view = LiveView.Start(0, () => [run], new Host { Out = TextWriter.Null, Error = error });
        var page = await Open(view.Address.AbsoluteUri);
        var (chart, status) = (page.Locator(Chart), page.Locator("#live"));
        await Assertions.Expect(status).ToHaveTextAsync("live: round 6 of 12 done");

        await chart.Locator("canvas").WaitForAsync();
        await chart.GetByRole(AriaRole.Button, new() { Name = "f1" }).ClickAsync();
        await page.Locator("#run-all-rounds > summary").ClickAsync();
        await chart.Locator(".plot").FocusAsync();
        await page.Keyboard.PressAsync("Home");
        await page.Keyboard.PressAsync("+");
        var before = await page.EvaluateAsync<double>("scrollY");
        MadeUpRun.Write(MadeUpRun.Record(rounds: 7, directory: run));
        await Assertions.Expect(status).ToHaveTextAsync("live: round 7 of 12 done");

        Assert.Equal(7, await page.Locator("#run-all-rounds tbody tr").CountAsync()); // still open
        Assert.Equal("false", await chart.GetByRole(AriaRole.Button, new() { Name = "f1" }).GetAttributeAsync("aria-pressed"));
        Assert.True(await chart.Locator(".reset").IsVisibleAsync()); // still zoomed
        await Assertions.Expect(chart.Locator(".where")).ToHaveTextAsync("round 1");
        Assert.Equal(before, await page.EvaluateAsync<double>("scrollY"), 1.0);
        Assert.True(await chart.Locator(".plot").EvaluateAsync<bool>("plot => plot === document.activeElement"));

        MadeUpRun.Write(MadeUpRun.Record(directory: run));
        view.Dispose();
        await Assertions.Expect(status).ToHaveTextAsync("no longer live: ended after 12 rounds");
        Assert.Empty(_complaints);
        Assert.Every(_requests, request => Assert.StartsWith(view.Address.AbsoluteUri, request));
    }
}
