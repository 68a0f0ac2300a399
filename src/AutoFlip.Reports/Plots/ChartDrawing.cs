namespace AutoFlip.Reports;

/// <summary>Drawings of charts of every kind.</summary>
static class ChartDrawing
{
    /// <summary>The drawing of a chart.</summary>
    public static Drawing Of(Chart chart) => chart switch
    {
        LineChart lines => LineDrawing.Of(lines),
        BarChart bars => BarDrawing.Of(bars),
        HeatMap map => HeatMapDrawing.Of(map),
        _ => throw new ArgumentException($"No drawing for charts of type {chart.GetType().Name}.", nameof(chart)),
    };
}
