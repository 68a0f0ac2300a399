using System.Globalization;

namespace AutoFlip.Reports;

/// <summary>An axis of names: one place each, numbered from 0.</summary>
static class Places
{
    const float MaxName = 175;

    /// <summary>The horizontal axis: names side by side, turned if they do not fit, or only some of them if they
    /// are numbers or still do not.</summary>
    /// <param name="label">What the names are.</param>
    /// <param name="names">At least one.</param>
    /// <param name="slot">Pixels between two places.</param>
    public static Edge Horizontal(string label, IReadOnlyList<string> names, float slot)
    {
        string[] shown = [.. names.Select(name => PlotText.Fit(name, PlotText.TickSize, MaxName))];
        var widest = shown.Max(name => PlotText.Width(name, PlotText.TickSize));
        var isStraight = widest + 6 <= slot || widest <= 2 * PlotText.TickSize || AreNumbers(names); // turning short names gains nothing
        var every = (int)Math.Ceiling((isStraight ? widest + 6 : PlotText.TickSize + 1) / slot);
        var turn = isStraight ? 0 : slot * every >= 1.5 * PlotText.TickSize ? -45 : -90;
        var room = turn switch { 0 => PlotText.TickSize + 2, -45 => (widest + PlotText.TickSize) * 0.71f, _ => widest };
        return new(label, -0.5, names.Count - 0.5, Some(shown, every), room)
        {
            Turn = turn,
            HasGrid = false,
            Overhang = turn == -45 ? room - slot / 2 : 0
        };
    }

    /// <summary>The vertical axis, from the top.</summary>
    public static Edge Vertical(string label, IReadOnlyList<string> names, float slot)
    {
        string[] shown = [.. names.Select(name => PlotText.Fit(name, PlotText.TickSize, MaxName))];
        var every = (int)Math.Ceiling((PlotText.TickSize + 1) / slot);
        return new(
            label, -0.5, names.Count - 0.5, [.. Some(shown, every).Select(tick => (names.Count - 1 - tick.At, tick.Text))],
            shown.Max(name => PlotText.Width(name, PlotText.TickSize)))
        {
            HasGrid = false,
        };
    }

    static List<(double At, string Text)> Some(string[] names, int every) =>
        [.. names.Index().Where(name => name.Index % every == 0).Select(name => ((double)name.Index, name.Item))];

    /// <summary>Names that can be thinned, because neighbours imply the omitted ones: all of them but one at either end are numbers or
    /// ranges of them.</summary>
    static bool AreNumbers(IReadOnlyList<string> names) =>
        names.Count > 2
            && names.Skip(1).SkipLast(1)
                .All(name => name.Split('–').All(part => double.TryParse(part, NumberStyles.Float, CultureInfo.InvariantCulture, out _)));
}
