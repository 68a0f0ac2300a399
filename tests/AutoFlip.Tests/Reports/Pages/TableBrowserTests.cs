using Deque.AxeCore.Playwright;
using Microsoft.Playwright;

namespace AutoFlip.Tests;

/// <summary><c>table.html</c> in a real browser.</summary>
[Trait("speed", "slow")]
public sealed class TableBrowserTests(Browser browser) : IDisposable
{
    readonly TemporaryDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    async Task<IPage> Open(int width, ColorScheme colours)
    {
        await File.WriteAllTextAsync(_folder["table.html"], TableHtml.Write(TablePageTests.Page()), TestContext.Current.CancellationToken);
        var page = await browser.Open(width, 900, colours);
        await page.GotoAsync(new Uri(_folder["table.html"]).AbsoluteUri);
        return page;
    }

    [Theory]
    [InlineData(1280, ColorScheme.Light), InlineData(1280, ColorScheme.Dark), InlineData(390, ColorScheme.Light)]
    [InlineData(390, ColorScheme.Dark)]
    public async Task Page_is_accessible_and_does_not_scroll_sideways(int width, ColorScheme colours)
    {
        var page = await Open(width, colours);

        var axe = await page.RunAxe();

        Assert.Empty(axe.Violations.Select(violation =>
            $"{violation.Id}: {violation.Help} {string.Join(' ', violation.Nodes.Select(node => node.Html).Take(3))}"));
        Assert.Equal(0, await page.EvaluateAsync<int>("document.documentElement.scrollWidth - document.documentElement.clientWidth"));
    }

    /// <summary>The first figure of quality and the difference to the baseline on a desktop, the first figure on a phone.</summary>
    [Theory]
    [InlineData(1280, "against the baseline"), InlineData(390, "accuracy, last five")]
    public async Task What_the_table_is_about_is_in_sight(int width, string header)
    {
        var page = await Open(width, ColorScheme.Light);

        var box = await page.Locator("#table-1").GetByRole(AriaRole.Columnheader, new() { Name = header }).BoundingBoxAsync();

        Assert.InRange(box!.X + box.Width, 1, width);
    }

    [Fact]
    public async Task Keys_reach_the_last_column_while_the_first_stays_where_it_is()
    {
        var page = await Open(390, ColorScheme.Light);
        var (region, first, last) = (
            page.Locator("#table-1"), page.Locator("#table-1 tbody th").First, page.Locator("#table-1 thead th").Last);
        var before = await first.BoundingBoxAsync();
        Assert.True((await last.BoundingBoxAsync())!.X > 390);

        await region.FocusAsync();
        await page.Keyboard.PressAsync("ArrowRight"); // the browser scrolls what has the focus
        await page.WaitForFunctionAsync("() => document.getElementById('table-1').scrollLeft > 0");
        await last.ScrollIntoViewIfNeededAsync();

        var (box, end) = (await first.BoundingBoxAsync(), await last.BoundingBoxAsync());
        Assert.Equal(before!.X, box!.X, 0.5);
        Assert.InRange(end!.X + end.Width, box.X + box.Width, 390);
    }
}
