using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;

namespace AutoFlip.Grpc;

/// <summary>Values of one instrument, by labels. Not safe for several threads.</summary>
/// <param name="instrument">The instrument: a counter, a histogram with bucket boundaries, or an observable gauge.</param>
sealed class MetricFamily(Instrument instrument)
{
    readonly double[] _bounds = [.. (instrument as Histogram<double>)?.Advice?.HistogramBucketBoundaries ?? []];
    readonly SortedDictionary<string, Series> _series = new(StringComparer.Ordinal);

    bool IsHistogram => instrument is Histogram<double>;

    bool IsGauge => instrument.IsObservable;

    /// <summary>Forgets the values of a gauge: the next ones count.</summary>
    public void BeginLook()
    {
        if (IsGauge) _series.Clear();
    }

    /// <summary>Adds a value.</summary>
    public void Add(string labels, double value)
    {
        if (!_series.TryGetValue(labels, out var series)) _series[labels] = series = new(new long[_bounds.Length]);
        series.Sum += value;
        series.Count++;
        for (var i = 0; i < _bounds.Length; i++)
            if (value <= _bounds[i]) series.AtMost[i]++;
    }

    /// <summary>Appends the values in the text format of Prometheus; nothing if there are none.</summary>
    public void Write(StringBuilder text, string name)
    {
        if (_series.Count == 0) return;
        text.Append($"# HELP {name} {instrument.Description}\n");
        text.Append($"# TYPE {name} {(IsHistogram ? "histogram" : IsGauge ? "gauge" : "counter")}\n");
        foreach (var (labels, series) in _series)
        {
            if (!IsHistogram)
            {
                Line(text, name, labels, series.Sum);
                continue;
            }
            foreach (var (bound, count) in _bounds.Zip(series.AtMost)) Line(text, $"{name}_bucket", With(labels, Number(bound)), count);
            Line(text, $"{name}_bucket", With(labels, "+Inf"), series.Count);
            Line(text, $"{name}_sum", labels, series.Sum);
            Line(text, $"{name}_count", labels, series.Count);
        }
    }

    static void Line(StringBuilder text, string name, string labels, double value) =>
        text.Append(labels is "" ? name : $"{name}{{{labels}}}").Append(' ').Append(Number(value)).Append('\n');

    static string With(string labels, string bound) => labels is "" ? $"le=\"{bound}\"" : $"{labels},le=\"{bound}\"";

    static string Number(double value) => value.ToString("R", CultureInfo.InvariantCulture);

    sealed class Series(long[] atMost)
    {
        public long[] AtMost => atMost;

        public double Sum { get; set; }

        public long Count { get; set; }
    }
}
