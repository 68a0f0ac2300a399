using Spectre.Console;
using Spectre.Console.Rendering;

namespace AutoFlip.Cli;

/// <summary>The first of some drawings that a terminal is wide enough for, or lines with the same content: a drawing that is
/// squeezed breaks numbers in two.</summary>
/// <param name="lines">The lines, given the terminal's columns.</param>
/// <param name="drawings">From the widest on. Each must have its true least width, see <see cref="TableColumn.Width"/>.</param>
sealed class WhereItFits(Func<int, IEnumerable<string>> lines, params IRenderable[] drawings) : IRenderable
{
    /// <summary>Columns of the narrowest terminal on which anything is drawn.</summary>
    public const int LeastWidth = 70;

    const int Unbounded = 10_000; // columns, so that a measurement is not cut to those there are

    /// <inheritdoc/>
    public Measurement Measure(RenderOptions options, int maxWidth) => Choose(options, maxWidth).Measure(options, maxWidth);

    /// <inheritdoc/>
    public IEnumerable<Segment> Render(RenderOptions options, int maxWidth) => Choose(options, maxWidth).Render(options, maxWidth);

    IRenderable Choose(RenderOptions options, int maxWidth) =>
        drawings.FirstOrDefault(drawing => maxWidth >= LeastWidth && drawing.Measure(options, Unbounded).Min <= maxWidth)
            ?? new Rows(lines(maxWidth).SelectMany(line => LineBreaks.Of(ForeignText.OnOneLine(line), maxWidth))
                .Select(line => new Text(line)));
}
