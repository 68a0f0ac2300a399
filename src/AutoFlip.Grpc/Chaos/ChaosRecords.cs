using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace AutoFlip.Grpc;

/// <summary>Laws that the records of a run over a network obey, whatever happened to its processes.</summary>
static partial class ChaosRecords
{
    /// <summary>The first task that was open for longer than a limit, as a sentence; null if there is none. A task that a killed server
    /// left open is not counted: its deadline starts again.</summary>
    /// <param name="audit">Lines of the audit log.</param>
    /// <param name="limit">The limit.</param>
    public static string? Late(IEnumerable<string> audit, TimeSpan limit)
    {
        (DateTimeOffset Time, string Task)? open = null;
        foreach (var line in audit.Select(line => JsonNode.Parse(line)!))
        {
            var name = (string?)line["event"];
            if (name is not ("task_opened" or "task_ended" or "run_ended" or "server_started")) continue;
            var time = DateTimeOffset.Parse((string)line["time"]!, CultureInfo.InvariantCulture);
            if (open is { } task && name != "server_started" && time - task.Time > limit)
                return string.Create(
                    CultureInfo.InvariantCulture, $"{task.Task} was open for {(time - task.Time).TotalSeconds:0.0} s.");
            open = name == "task_opened" ? (time, $"{line["work"]} of round {line["round"]}") : null;
        }
        return null;
    }

    /// <summary>The first reply that was stored twice, as a sentence; null if there is none.</summary>
    /// <param name="audit">Lines of the audit log.</param>
    public static string? StoredTwice(IEnumerable<string> audit) =>
        audit.Select(line => JsonNode.Parse(line)!).Where(line => (string?)line["event"] == "stored")
            .Select(line => $"{line["work"]} of round {line["round"]} by seat {line["seat"]}")
            .CountBy(reply => reply).Where(reply => reply.Value > 1).Select(reply => $"{reply.Key} was stored {reply.Value} times.")
            .FirstOrDefault();

    /// <summary>The first task that one client process computed twice, as a sentence; null if there is none.</summary>
    /// <param name="output">Lines of the process.</param>
    public static string? ComputedTwice(IEnumerable<string> output) =>
        output.Select(line => Begin.Match(line)).Where(match => match.Success).CountBy(match => match.Value)
            .Where(task => task.Value > 1).Select(task => $"it printed '{task.Key}' {task.Value} times.").FirstOrDefault();

    [GeneratedRegex(@"Round \d+: seat \d+ begins to \w+\.")]
    static partial Regex Begin { get; }
}
