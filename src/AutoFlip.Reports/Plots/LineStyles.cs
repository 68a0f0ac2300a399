using ScottPlot;

namespace AutoFlip.Reports;

/// <summary>What lines look like: told apart by colour, and where there is none by dashes and markers.</summary>
/// <remarks>Colours: M. Okabe and K. Ito, Color Universal Design, 2008, without the yellow, which is too light for a line on white.</remarks>
static class LineStyles
{
    static readonly Color[] Colors =
    [
        Color.FromHex("#0072B2"), Color.FromHex("#D55E00"), Color.FromHex("#009E73"), Color.FromHex("#CC79A7"), Color.FromHex("#E69F00"), Color.FromHex("#56B4E9"),
        Color.FromHex("#000000"),
    ];

    static readonly LinePattern[] Patterns =
        [LinePattern.Solid, new([7, 3], 0, "dashed"), new([2, 2], 0, "dotted"), new([8, 3, 2, 3], 0, "dash, dot"), new([12, 3], 0, "long dashes")];

    static readonly MarkerShape[] Shapes =
        [MarkerShape.FilledCircle, MarkerShape.FilledSquare, MarkerShape.FilledTriangleUp, MarkerShape.FilledDiamond, MarkerShape.FilledTriangleDown, MarkerShape.OpenCircle];

    /// <summary>The grey of what is gone: light, so that it differs from every colour in grey too.</summary>
    public static Color Removed { get; } = Color.FromHex("#CBD0D6");

    /// <summary>The colour of the line of this number; parts of bars take turns the same way.</summary>
    public static Color ColorOf(int number) => Colors[number % Colors.Length];

    /// <summary>The dashes of a line.</summary>
    public static LinePattern PatternOf(int number) => Patterns[number % Patterns.Length];

    /// <summary>The marker of a line.</summary>
    public static MarkerShape ShapeOf(int number) => Shapes[number % Shapes.Length];
}
