using System.Text.Json;
using System.Text.Json.Serialization;

namespace AutoFlip.Reports;

/// <summary>JSON for programs that read reports.</summary>
public static class ReportJson
{
    /// <summary>As the files of a run, but on one line and with enums as texts.</summary>
    public static JsonSerializerOptions Options { get; } = new(RunJson.Document)
    {
        WriteIndented = false,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
    };
}
