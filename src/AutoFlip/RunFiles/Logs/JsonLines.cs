using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace AutoFlip;

/// <summary>A JSON object per entry: <c>timestamp</c> (UTC), <c>level</c>, <c>event</c>, and the fields of the event.</summary>
/// <remarks>Events: loading, note, warning, start, exploring, round_started, client, evaluating, round, summary, interrupted,
/// failed. Fields of start, round and summary are those of <c>autoflip run --json</c>. A figure that is not defined, or not
/// finite, is null or left out.</remarks>
static class JsonLines
{
    static readonly JsonSerializerOptions Options = new(RunJson.Line)
    {
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
    };

    /// <summary>The line of an entry.</summary>
    public static IEnumerable<string> Of(LogEntry entry)
    {
        var (name, what) = Fields(entry.Event);
        var line = JsonSerializer.SerializeToNode(what, what.GetType(), Options)!.AsObject();
        // as in its own file
        if (entry.Event is Starts(var start)) line["experiment"] = JsonNode.Parse(ExperimentFile.Write(start.Experiment));
        line.Insert(0, "timestamp", entry.Time.UtcDateTime);
        line.Insert(1, "level", entry.Event.Level.ToString().ToLowerInvariant());
        line.Insert(2, "event", name);
        yield return ForeignText.OnOneLine(line.ToJsonString(Options)); // its escapes are JSON's
    }

    static (string Name, object What) Fields(RunEvent happened) => happened switch
    {
        Warned warned => ("warning", new { warned.Message }),
        Notes note => ("note", new { note.Message }),
        Loads loads => ("loading", new { loads.What }),
        Starts starts => ("start", starts.Start),
        Explores explores => ("exploring", new { explores.Done, explores.Explorers }),
        RoundStarts begun => ("round_started", new { begun.Round, begun.Cohort }),
        Answers answers => ("client", answers.Answer),
        Evaluates evaluates => ("evaluating", new { evaluates.Round }),
        RoundEnds ended => ("round", ended.Report),
        Ends ended => ("summary", ended.Summary),
        IsInterrupted => ("interrupted", new { }),
        Fails fails => ("failed", new { Message = fails.Why }),
        _ => throw new ArgumentOutOfRangeException(nameof(happened), happened, null),
    };
}
