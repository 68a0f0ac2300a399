using System.Collections.Immutable;

namespace AutoFlip.Grpc;

/// <summary>End of a task that not all members of the cohort answered: written before any failure is used, so that a server that
/// starts again, and a replay, leave out the same clients.</summary>
/// <param name="Task">Id of the task, 32 hexadecimal digits.</param>
/// <param name="Round">Its round.</param>
/// <param name="Work">Its kind of work.</param>
/// <param name="Missing">The seats without a reply that counts, and why.</param>
public sealed record CloseRecord(string Task, int Round, ClientWork Work, ImmutableSortedDictionary<int, string> Missing)
{
    /// <summary>The name of the file with them, one a line.</summary>
    public const string FileName = "closed.jsonl";
}
