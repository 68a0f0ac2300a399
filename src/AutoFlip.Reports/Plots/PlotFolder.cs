using System.Collections.Immutable;

namespace AutoFlip.Reports;

/// <summary>Formats that charts are written in.</summary>
public enum PlotFormat
{
    /// <summary>Pixels, for documents and slides.</summary>
    Png,

    /// <summary>Vectors, for papers.</summary>
    Svg,

    /// <summary>The numbers, in a table.</summary>
    Csv,
}

/// <summary>Writes charts as files, named by their ids.</summary>
public static class PlotFolder
{
    /// <summary>The folder below a run directory.</summary>
    public const string Name = "plots";

    /// <summary>All formats.</summary>
    public static ImmutableArray<PlotFormat> AllFormats { get; } = [.. Enum.GetValues<PlotFormat>()];

    /// <summary>The figures of a run, in its own folder.</summary>
    /// <exception cref="AutoFlipException">The run cannot be read, or a file not be written.</exception>
    public static void Write(string runDirectory) =>
        Write(RunCharts.Of(RunRecord.Load(runDirectory)), OwnFile.Folder(runDirectory, Name), AllFormats);

    /// <summary>Writes every chart in every format.</summary>
    /// <param name="charts">The charts.</param>
    /// <param name="folder">Is made if it is not there; files of the same names are replaced, others stay.</param>
    /// <param name="formats">The formats.</param>
    /// <exception cref="AutoFlipException">A file cannot be written (exit 4).</exception>
    public static void Write(IReadOnlyCollection<Chart> charts, string folder, IReadOnlyCollection<PlotFormat> formats)
    {
        OwnFile.MakeFolder(folder);
        foreach (var chart in charts)
        {
            var drawing = ChartDrawing.Of(chart);
            foreach (var format in formats)
            {
                var path = Path.Combine(folder, $"{chart.Id}.{format.ToString().ToLowerInvariant()}");
                switch (format)
                {
                    case PlotFormat.Png: AtomicFile.Write(path, drawing.ToPng()); break;
                    case PlotFormat.Svg: AtomicFile.Write(path, drawing.ToSvg(chart.Title, chart.Note)); break;
                    case PlotFormat.Csv: AtomicFile.Write(path, ChartTable.Of(chart)); break;
                    default: throw new ArgumentOutOfRangeException(nameof(formats), format, "no such format");
                }
            }
        }
    }
}
