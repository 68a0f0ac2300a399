using System.Text.Json;
using System.Text.Json.Nodes;

namespace AutoFlip.Grpc;

/// <summary>Requests of an operator and their answers.</summary>
/// <param name="server">The server.</param>
/// <param name="metrics">Its metrics as text.</param>
sealed class AdminCalls(IAdministered server, Func<string> metrics)
{
    /// <summary>Paths of requests with POST that name a client.</summary>
    public const string Quarantine = "/quarantine/", Admit = "/admit/";

    const string Text = "text/plain; charset=utf-8", Json = "application/json";
    const string MetricsType = "text/plain; version=0.0.4; charset=utf-8";

    /// <summary>Answers a request.</summary>
    /// <param name="isPost">True for POST, false for GET.</param>
    /// <param name="path">Its path.</param>
    public AdminAnswer Answer(bool isPost, string path) => (isPost, path) switch
    {
        (false, "/healthz") => server.Dead() is { } why ? new(503, Text, why + "\n") : new(200, Text, "ok\n"),
        (false, "/readyz") => server.Unready() is [_, ..] reasons
            ? new(503, Text, string.Concat(reasons.Select(reason => reason + "\n")))
            : new(200, Text, "ok\n"),
        (false, "/metrics") => new(200, MetricsType, metrics()),
        (false, "/status") => new(200, Json, JsonSerializer.Serialize(server.Status(), RunJson.Document) + "\n"),
        (true, "/drain") => Of(server.Drain()),
        (true, "/close-round") => Of(server.CloseRound()),
        (true, _) when NameIn(path, Quarantine) is { } name => Of(server.SetQuarantine(name, isExcluded: true)),
        (true, _) when NameIn(path, Admit) is { } name => Of(server.SetQuarantine(name, isExcluded: false)),
        (true, "/healthz" or "/readyz" or "/metrics" or "/status") => new(405, Text, "GET is accepted here.\n", "GET"),
        (false, "/drain" or "/close-round") => new(405, Text, "POST is accepted here.\n", "POST"),
        _ => new(
            404, Text,
            "Accepted: GET /healthz, /readyz, /metrics, /status; POST /drain, /close-round, /quarantine/NAME, /admit/NAME.\n"),
    };

    static string? NameIn(string path, string before) =>
        path.StartsWith(before, StringComparison.Ordinal) && PeerName.IsValid(path[before.Length..]) ? path[before.Length..] : null;

    static AdminAnswer Of(Operated operated) => new(
        operated.IsDone ? 200 : 409, Json,
        new JsonObject { ["done"] = operated.IsDone, ["message"] = operated.Message }.ToJsonString(RunJson.Line) + "\n");
}

/// <summary>Answer to an operator's request.</summary>
/// <param name="Code">Code of HTTP.</param>
/// <param name="Type">Type of the text.</param>
/// <param name="Body">The text.</param>
/// <param name="Allow">The method that is accepted, if another one was used.</param>
readonly record struct AdminAnswer(int Code, string Type, string Body, string? Allow = null);
