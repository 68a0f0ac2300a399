namespace AutoFlip;

/// <summary>Format of the lines of a log.</summary>
public enum LogFormat
{
    /// <summary>Sentences.</summary>
    Human,

    /// <summary>A JSON object per line, with the fields of <c>rounds.jsonl</c> and <c>summary.json</c>.</summary>
    Json,

    /// <summary>The reference's lines, for programs that read those.</summary>
    Reference,
}
