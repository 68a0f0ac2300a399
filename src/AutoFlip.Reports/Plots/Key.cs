using SkiaSharp;

namespace AutoFlip.Reports;

/// <summary>Names beside a plot, each with a sample of what it names and as near as it gets to where that ends:
/// nobody has to search a legend.</summary>
sealed class Key
{
    // longer ones would be a bundle, and the order says as much
    const float Size = 11.5f, LineHeight = 14, Between = 5, MaxText = 190, Sample = 26, Gap = 8, MaxLeader = 40;
    const int MaxLines = 3;

    static readonly SKColor Leader = new(0xB4, 0xB8, 0xBC);

    readonly IReadOnlyList<(Entry Entry, List<string> Lines)> _entries;

    /// <summary>Lays out the names.</summary>
    public Key(IEnumerable<Entry> entries)
    {
        _entries = [.. entries.Select(entry => (entry, PlotText.Wrap(entry.Name, Size, MaxText, MaxLines)))];
        Room = _entries is []
            ? 2 * Gap
            : Gap + Sample + 6 + _entries.SelectMany(entry => entry.Lines).Max(line => PlotText.Width(line, Size)) + Gap + 4;
        Height = _entries.Sum(entry => HeightOf(entry.Lines));
    }

    /// <summary>Something with a name.</summary>
    /// <param name="Name">May be long: it is wrapped, and cut after some lines.</param>
    /// <param name="Place">Where it ends: 0 is the bottom of the data, 1 the top.</param>
    /// <param name="IsAtEdge">Whether it ends at the right edge, so that a line can lead there.</param>
    /// <param name="Draw">Draws a sample around a height, between two horizontal places.</param>
    public sealed record Entry(string Name, double Place, bool IsAtEdge, Action<SKCanvas, float, float, float> Draw);

    /// <summary>Width of samples and names.</summary>
    public float Room { get; }

    /// <summary>Height of all names.</summary>
    public float Height { get; }

    /// <summary>Draws the key at the right of a frame.</summary>
    public void Draw(SKCanvas canvas, Frame frame)
    {
        var order = _entries.OrderByDescending(entry => entry.Entry.Place).ToList();
        var middles = Spread(
            [.. order.Select(entry => (double)frame.Y(entry.Entry.Place))], [.. order.Select(entry => (double)HeightOf(entry.Lines))],
            frame.Data.Top, frame.Data.Bottom);
        using var leader = new SKPaint { Color = Leader, IsAntialias = true, StrokeWidth = 1, Style = SKPaintStyle.Stroke };
        for (var i = 0; i < order.Count; i++)
        {
            var (entry, lines) = order[i];
            var (left, middle) = (frame.Data.Right + Gap, (float)middles[i]);
            if (entry.IsAtEdge && Math.Abs(frame.Y(entry.Place) - middle) < MaxLeader)
                canvas.DrawLine(frame.Data.Right + 1, frame.Y(entry.Place), left, middle, leader);
            entry.Draw(canvas, left, left + Sample, middle);
            for (var line = 0; line < lines.Count; line++)
                PlotText.Write(canvas, lines[line], left + Sample + 6, middle + (line - (lines.Count - 1) / 2f) * LineHeight, Size);
        }
    }

    static float HeightOf(List<string> lines) => lines.Count * LineHeight + Between;

    /// <summary>Middles of blocks as near to where they want to be as they fit between top and bottom without overlaps: blocks that meet
    /// share the mean of their wishes.</summary>
    /// <param name="wanted">Ascending.</param>
    /// <param name="heights">Heights of the blocks.</param>
    /// <param name="top">The least place.</param>
    /// <param name="bottom">The greatest.</param>
    internal static double[] Spread(double[] wanted, double[] heights, double top, double bottom)
    {
        List<(int First, int Count, double Top, double Height)> groups = [];
        double TopOf(int first, int count, double height)
        {
            var (offset, sum) = (0.0, 0.0); // the mean of where each block would like the group's top
            for (var i = first; i < first + count; i++)
            {
                sum += wanted[i] - offset - heights[i] / 2;
                offset += heights[i];
            }
            return Math.Max(top, Math.Min(sum / count, bottom - height));
        }
        for (var i = 0; i < wanted.Length; i++)
        {
            groups.Add((i, 1, TopOf(i, 1, heights[i]), heights[i]));
            while (groups.Count > 1 && groups[^2].Top + groups[^2].Height > groups[^1].Top)
            {
                var (first, count, height) = (groups[^2].First, groups[^2].Count + groups[^1].Count, groups[^2].Height + groups[^1].Height);
                groups.RemoveRange(groups.Count - 2, 2);
                groups.Add((first, count, TopOf(first, count, height), height));
            }
        }
        var middles = new double[wanted.Length];
        foreach (var (first, count, start, _) in groups)
        {
            var at = start;
            for (var i = first; i < first + count; at += heights[i], i++) middles[i] = at + heights[i] / 2;
        }
        return middles;
    }
}
