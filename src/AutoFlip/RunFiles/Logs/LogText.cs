using System.Collections.Immutable;
using System.Globalization;

namespace AutoFlip;

/// <summary>Texts and figures on lines of a log. Culture-invariant.</summary>
static class LogText
{
    /// <summary>Four decimals, as the reference; <c>nan</c> for what is not defined.</summary>
    public static string Figure(double? value) =>
        value is { } number && double.IsFinite(number) ? number.ToString("F4", CultureInfo.InvariantCulture) : "nan";

    /// <summary>A count with separators.</summary>
    public static string Count(long count) => count.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>A share in percent.</summary>
    public static string Percent(double share) => (100 * share).ToString("F1", CultureInfo.InvariantCulture) + " %";

    /// <summary>Seconds.</summary>
    public static string Seconds(double seconds) => seconds.ToString("F2", CultureInfo.InvariantCulture) + " s";

    /// <summary>The loss, then the metrics as they were asked for.</summary>
    public static IEnumerable<(string Name, T Value)> InOrder<T>(Experiment experiment, ImmutableSortedDictionary<string, T> figures) =>
        experiment.Metrics.Prepend("loss").Where(figures.ContainsKey).Select(name => (name, figures[name]));

    /// <summary>The server's figures, the loss among them.</summary>
    public static ImmutableSortedDictionary<string, double?> Figures(ServerEvaluation server) =>
        server.Metrics.SetItem("loss", server.Loss);
}
