using System.Diagnostics.Metrics;

namespace AutoFlip.Grpc;

/// <summary>Figures of a server that change with each look.</summary>
/// <param name="Round">Round of the open task.</param>
/// <param name="InboxBytes">Bytes of stored replies to the open task.</param>
/// <param name="Clients">Number of seats for each state of their clients.</param>
readonly record struct ServerFigures(int Round, long InboxBytes, IReadOnlyDictionary<string, int> Clients);

/// <summary>Instruments of a server. Reading them costs nothing until somebody listens.</summary>
sealed class ServerMetrics : IDisposable
{
    static readonly InstrumentAdvice<double> Seconds = new()
    {
        HistogramBucketBoundaries = [0.1, 0.3, 1, 3, 10, 30, 100, 300, 1000, 3000],
    };

    readonly Histogram<double> _roundSeconds, _taskSeconds;
    readonly Counter<long> _bytes, _replies, _refused;

    /// <summary>Creates the instruments.</summary>
    /// <param name="now">The figures now.</param>
    public ServerMetrics(Func<ServerFigures> now)
    {
        Meter.CreateObservableGauge("autoflip.round", () => now().Round, description: "Round of the open task.");
        Meter.CreateObservableGauge(
            "autoflip.clients",
            () => now().Clients.Select(state => new Measurement<int>(state.Value, new KeyValuePair<string, object?>("state", state.Key))),
            description: "Clients by state.");
        Meter.CreateObservableGauge(
            "autoflip.inbox_bytes", () => now().InboxBytes, description: "Bytes of stored replies to the open task.");
        _roundSeconds = Meter.CreateHistogram(
            "autoflip.round_seconds", "s", "Time from a task's first request to its end, by kind of work.", advice: Seconds);
        _taskSeconds = Meter.CreateHistogram(
            "autoflip.task_seconds", "s", "Time from a request to a client until its reply is stored.", advice: Seconds);
        _bytes = Meter.CreateCounter<long>("autoflip.bytes", description: "Bytes of messages, repeated ones included, by direction.");
        _replies = Meter.CreateCounter<long>("autoflip.replies", description: "Uploads of replies by outcome.");
        _refused = Meter.CreateCounter<long>("autoflip.refused", description: "Refused calls and connections by reason.");
    }

    /// <summary>The meter of the instruments.</summary>
    public Meter Meter { get; } = new("AutoFlip.Server");

    /// <summary>Notes that a task has ended.</summary>
    public void TaskEnded(ClientWork work, TimeSpan took) => _roundSeconds.Record(took.TotalSeconds, Tag("work", $"{work}"));

    /// <summary>Notes that a client's reply is stored.</summary>
    public void Answered(TimeSpan took) => _taskSeconds.Record(took.TotalSeconds);

    /// <summary>Notes bytes of a request.</summary>
    public void Sent(int bytes) => _bytes.Add(bytes, Tag("direction", "down"));

    /// <summary>Notes bytes of a reply.</summary>
    public void Received(int bytes) => _bytes.Add(bytes, Tag("direction", "up"));

    /// <summary>Notes the outcome of an upload.</summary>
    public void Replied(string outcome) => _replies.Add(1, Tag("outcome", outcome));

    /// <summary>Notes a refused call or connection.</summary>
    public void Refused(string reason) => _refused.Add(1, Tag("reason", reason));

    /// <inheritdoc/>
    public void Dispose() => Meter.Dispose();

    static KeyValuePair<string, object?> Tag(string name, string value) => new(name, SnakeCase(value));

    static string SnakeCase(string name) => System.Text.Json.JsonNamingPolicy.SnakeCaseLower.ConvertName(name);
}
