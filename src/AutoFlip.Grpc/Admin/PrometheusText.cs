using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;

namespace AutoFlip.Grpc;

/// <summary>Metrics in the text format of Prometheus, version 0.0.4.</summary>
/// <remarks>Counters and histograms are summed up from the start on. Names: dots become underscores, and counters end in
/// <c>_total</c>. Safe for several threads.</remarks>
sealed class PrometheusText : IDisposable
{
    const string Handshake = "kestrel.tls_handshake.duration", HandshakeName = "autoflip_handshake_seconds";

    readonly Lock _lock = new();
    readonly MeterListener _listener = new();
    readonly SortedDictionary<string, MetricFamily> _families = new(StringComparer.Ordinal);

    /// <summary>Listens to a meter, and to the time of TLS handshakes of this process.</summary>
    public PrometheusText(Meter meter)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter != meter && instrument.Name != Handshake) return;
            var family = new MetricFamily(instrument);
            lock (_lock) _families[NameOf(instrument)] = family;
            listener.EnableMeasurementEvents(instrument, family);
        };
        _listener.SetMeasurementEventCallback<int>((_, value, tags, family) => Add(value, tags, family));
        _listener.SetMeasurementEventCallback<long>((_, value, tags, family) => Add(value, tags, family));
        _listener.SetMeasurementEventCallback<double>((_, value, tags, family) => Add(value, tags, family));
        _listener.Start();
    }

    /// <summary>All metrics now.</summary>
    public string Write()
    {
        lock (_lock)
        {
            foreach (var family in _families.Values) family.BeginLook();
            _listener.RecordObservableInstruments();
            var text = new StringBuilder();
            foreach (var (name, family) in _families) family.Write(text, name);
            return text.ToString();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _listener.Dispose();

    void Add(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags, object? family)
    {
        var labels = LabelsOf(tags);
        lock (_lock) ((MetricFamily)family!).Add(labels, value);
    }

    static string NameOf(Instrument instrument) => instrument.Name == Handshake ? HandshakeName
        : instrument.Name.Replace('.', '_') + (instrument is Counter<long> ? "_total" : "");

    static string LabelsOf(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var labels = new List<string>();
        foreach (var (name, value) in tags)
            if (!name.Contains('.')) labels.Add($"{name}=\"{Escape(Convert.ToString(value, CultureInfo.InvariantCulture) ?? "")}\"");
        labels.Sort(StringComparer.Ordinal);
        return string.Join(',', labels);
    }

    static string Escape(string value) => value.Replace("\\", "\\\\").Replace("\n", "\\n").Replace("\"", "\\\"");
}
