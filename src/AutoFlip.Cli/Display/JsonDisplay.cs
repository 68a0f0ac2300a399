using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace AutoFlip.Cli;

/// <summary>JSON lines on standard output: <c>start</c>, <c>explored</c>, <c>round</c>, <c>summary</c>, named by their field <c>event</c>.</summary>
/// <remarks>
/// Fields are those of <c>rounds.jsonl</c> and <c>summary.json</c>; <c>experiment</c> in <c>start</c> is <c>experiment.json</c>.
/// A figure that is not defined, or not finite, is null. Warnings go to standard error.
/// </remarks>
sealed class JsonDisplay(Host host) : RunDisplay
{
    /// <summary>snake_case names, enums as texts, figures that are not finite as null.</summary>
    internal static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower), new FiniteConverter() },
    };

    /// <inheritdoc/>
    public override void Warning(string message) => host.Warn(message);

    /// <inheritdoc/>
    public override void Started(RunStart start)
    {
        base.Started(start);
        var line = JsonSerializer.SerializeToNode(start with { Experiment = null! }, Options)!.AsObject();
        line["experiment"] = JsonNode.Parse(ExperimentFile.Write(start.Experiment));
        Write("start", line);
    }

    /// <inheritdoc/>
    public override void Explored(int done, int explorers) => Write("explored", new JsonObject { ["done"] = done, ["explorers"] = explorers });

    /// <inheritdoc/>
    public override void RoundDone(RoundReport report) => Write("round", JsonSerializer.SerializeToNode(report, Options)!.AsObject());

    /// <inheritdoc/>
    public override void Finished(RunSummary summary)
    {
        var line = JsonSerializer.SerializeToNode(summary, Options)!.AsObject();
        line["directory"] = Directory;
        Write("summary", line);
    }

    void Write(string what, JsonObject fields)
    {
        fields.Insert(0, "event", what);
        host.Out.WriteLine(fields.ToJsonString(Options));
        host.Out.Flush(); // a reader at the other end of a pipe waits for whole lines
    }

    sealed class FiniteConverter : JsonConverter<double>
    {
        public override double Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options) => reader.GetDouble();

        public override void Write(Utf8JsonWriter writer, double value, JsonSerializerOptions options)
        {
            if (double.IsFinite(value)) writer.WriteNumberValue(value);
            else writer.WriteNullValue();
        }
    }
}
