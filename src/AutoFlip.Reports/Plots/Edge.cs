namespace AutoFlip.Reports;

/// <summary>An axis laid out for drawing: of numbers (<see cref="Ruler"/>) or of names (<see cref="Places"/>).</summary>
/// <param name="Label">Title of the axis.</param>
/// <param name="Min">Number at its start.</param>
/// <param name="Max">Number at its end, above <paramref name="Min"/>.</param>
/// <param name="Ticks">Ticks with their labels.</param>
/// <param name="Room">Pixels that tick labels need, measured away from the axis.</param>
sealed record Edge(string Label, double Min, double Max, IReadOnlyList<(double At, string Text)> Ticks, float Room)
{
    /// <summary>Ticks without labels.</summary>
    public IReadOnlyList<double> Minor { get; init; } = [];

    /// <summary>Rotation of tick labels, in degrees.</summary>
    public float Turn { get; init; }

    /// <summary>Pixels by which rotated labels reach beyond the start of the axis.</summary>
    public float Overhang { get; init; }

    /// <summary>Draws grid lines at the ticks.</summary>
    public bool HasGrid { get; init; } = true;

    /// <summary>Position of a number on the axis: 0 is its start, 1 its end.</summary>
    public double Place(double at) => (at - Min) / (Max - Min);

    /// <summary>The horizontal axis of a ruler.</summary>
    public static Edge Horizontal(Ruler ruler) =>
        new(ruler.Label, ruler.Min, ruler.Max, ruler.Ticks, PlotText.TickSize + 2) { Minor = ruler.Minor };

    /// <summary>The vertical axis of a ruler.</summary>
    public static Edge Vertical(Ruler ruler)
    {
        var room = ruler.Ticks.Select(tick => PlotText.Width(tick.Text, PlotText.TickSize)).DefaultIfEmpty().Max();
        return new(ruler.Label, ruler.Min, ruler.Max, ruler.Ticks, room) { Minor = ruler.Minor };
    }
}
