using System.Buffers.Binary;
using System.Diagnostics;

namespace AutoFlip.Grpc;

/// <summary>Spans of servers and clients, for OpenTelemetry. Without a listener nothing is created.</summary>
/// <remarks>Nothing about traces is sent between server and clients: the id of a trace is that of the task, which both know, so spans of
/// both ends belong to one trace. There is one trace for each seat's task, and one for the round.</remarks>
public static class Tracing
{
    /// <summary>Name of the source of all spans.</summary>
    public const string SourceName = "AutoFlip";

    static readonly ActivitySource Source = new(SourceName, ExperimentFile.ProgramVersion);

    /// <summary>Begins a span of a task; null if nobody listens.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="task">Id of the task, 16 bytes.</param>
    /// <param name="round">The round.</param>
    /// <param name="work">Kind of the task.</param>
    /// <param name="seat">The seat; null for all.</param>
    internal static Activity? Begin(string name, ReadOnlySpan<byte> task, int round, ClientWork work, int? seat = null)
    {
        if (!Source.HasListeners() || task.Length != 16) return null;
        var parent = new ActivityContext(
            ActivityTraceId.CreateFromBytes(task), ActivitySpanId.CreateFromBytes(task[8..]), ActivityTraceFlags.Recorded, isRemote: true);
        var current = Activity.Current;
        var span = Source.StartActivity(name, ActivityKind.Internal, parent);
        Activity.Current = current; // a span of a task is nobody's parent by accident
        span?.SetTag("autoflip.round", round).SetTag("autoflip.work", work.ToString().ToLowerInvariant());
        return seat is null ? span : span?.SetTag("autoflip.client", seat);
    }

    /// <inheritdoc cref="Begin(string, ReadOnlySpan{byte}, int, ClientWork, int?)"/>
    internal static Activity? Begin(string name, UInt128 task, int round, ClientWork work, int? seat = null)
    {
        Span<byte> id = stackalloc byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(id, task);
        return Begin(name, id, round, work, seat);
    }

    /// <summary>Begins a span within another one; null if there is none.</summary>
    internal static Activity? Within(Activity? span, string name) =>
        span is null ? null : Source.StartActivity(name, ActivityKind.Internal, span.Context);

    /// <summary>Ends a span that has failed.</summary>
    internal static void Fail(this Activity? span, string reason)
    {
        span?.SetStatus(ActivityStatusCode.Error, reason);
        span?.Stop();
    }
}
