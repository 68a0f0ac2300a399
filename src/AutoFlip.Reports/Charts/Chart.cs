using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace AutoFlip.Reports;

/// <summary>A figure as data: what is drawn as a picture, on a page, and written as a table, all from the same numbers.</summary>
/// <param name="Id">Names files and anchors: lower-case letters, digits and dashes.</param>
/// <param name="Title">Title of the figure.</param>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(LineChart), "lines")]
[JsonDerivedType(typeof(BarChart), "bars")]
[JsonDerivedType(typeof(HeatMap), "heatmap")]
public abstract record Chart(string Id, string Title)
{
    /// <summary>A sentence on reading the chart; empty if the title suffices.</summary>
    public string Note { get; init; } = "";
}

/// <summary>Lines over an axis of numbers.</summary>
/// <param name="Id">See <see cref="Chart.Id"/>.</param>
/// <param name="Title">See <see cref="Chart.Title"/>.</param>
/// <param name="X">The horizontal axis.</param>
/// <param name="Y">The vertical axis.</param>
/// <param name="Lines">The lines, each with a name of its own.</param>
public sealed record LineChart(string Id, string Title, Axis X, Axis Y, ImmutableArray<Line> Lines) : Chart(Id, Title);

/// <summary>Bars over an axis of names, on top of each other.</summary>
/// <param name="Id">See <see cref="Chart.Id"/>.</param>
/// <param name="Title">See <see cref="Chart.Title"/>.</param>
/// <param name="X">What the names are.</param>
/// <param name="Y">The vertical axis; it begins at 0.</param>
/// <param name="Names">One per place.</param>
/// <param name="Bars">Parts of every place's bar, from the bottom up.</param>
public sealed record BarChart(
    string Id, string Title, string X, Axis Y, ImmutableArray<string> Names, ImmutableArray<Bar> Bars) : Chart(Id, Title);

/// <summary>A table of numbers as colours.</summary>
/// <param name="Id">See <see cref="Chart.Id"/>.</param>
/// <param name="Title">See <see cref="Chart.Title"/>.</param>
/// <param name="X">What the columns are.</param>
/// <param name="Y">What the rows are.</param>
/// <param name="Value">What the numbers are; they are at least 0.</param>
/// <param name="Columns">Names of the columns.</param>
/// <param name="Rows">Names of the rows, from the top.</param>
/// <param name="Values">[rows][columns].</param>
public sealed record HeatMap(
    string Id, string Title, string X, string Y, Axis Value, ImmutableArray<string> Columns, ImmutableArray<string> Rows,
    ImmutableArray<ImmutableArray<double>> Values) : Chart(Id, Title);

/// <summary>Quantity of an axis.</summary>
/// <param name="Label">Name of the quantity, without its unit.</param>
/// <param name="Unit">Unit of the numbers.</param>
public sealed record Axis(string Label, AxisUnit Unit = AxisUnit.Number)
{
    /// <summary>True for a logarithmic axis; only where all numbers are above 0.</summary>
    public bool IsLogarithmic { get; init; }
}

/// <summary>Unit of the numbers on an axis.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<AxisUnit>))]
public enum AxisUnit
{
    /// <summary>As they are.</summary>
    Number,

    /// <summary>Whole numbers.</summary>
    Count,

    /// <summary>Shares in [0, 1], shown as percent.</summary>
    Share,

    /// <summary>Bytes, in decimal units.</summary>
    Bytes,

    /// <summary>Seconds.</summary>
    Seconds,

    /// <summary>Multiply-accumulates, in decimal units.</summary>
    Macs,
}

/// <summary>A line through points, ascending in x.</summary>
/// <param name="Name">Name in the legend.</param>
/// <param name="X">[n].</param>
/// <param name="Y">[n]; finite.</param>
public sealed record Line(string Name, ImmutableArray<double> X, ImmutableArray<double> Y)
{
    /// <summary>[n]: how far a band around the line reaches to either side, such as a standard deviation; null for none.</summary>
    public ImmutableArray<double>? Spread { get; init; }
}

/// <summary>One part of every bar.</summary>
/// <param name="Name">Name in the legend.</param>
/// <param name="Values">One per place, at least 0.</param>
public sealed record Bar(string Name, ImmutableArray<double> Values);
