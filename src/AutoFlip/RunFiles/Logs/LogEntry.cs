using System.Collections.Immutable;

namespace AutoFlip;

/// <summary>Level of an entry.</summary>
enum LogLevel { Info, Warning, Error }

/// <summary>An event of a run, as logs record it.</summary>
/// <param name="Level">How much it matters.</param>
abstract record RunEvent(LogLevel Level = LogLevel.Info);

/// <summary>Something deserves attention.</summary>
sealed record Warned(string Message) : RunEvent(LogLevel.Warning);

/// <summary>Information.</summary>
sealed record Notes(string Message) : RunEvent;

/// <summary>A data set is being fetched or read.</summary>
sealed record Loads(string What) : RunEvent;

/// <summary>Work begins.</summary>
sealed record Starts(RunStart Start) : RunEvent;

/// <summary>Explorers are done.</summary>
sealed record Explores(int Done, int Explorers) : RunEvent;

/// <summary>A round begins.</summary>
sealed record RoundStarts(int Round, int Cohort) : RunEvent;

/// <summary>A client has answered.</summary>
sealed record Answers(ClientAnswer Answer) : RunEvent;

/// <summary>The global model is being evaluated.</summary>
sealed record Evaluates(int Round) : RunEvent;

/// <summary>A round has ended; with the answers of its clients, in their order.</summary>
sealed record RoundEnds(RoundReport Report, ImmutableArray<ClientAnswer> Clients) : RunEvent;

/// <summary>The run has ended.</summary>
sealed record Ends(RunSummary Summary) : RunEvent;

/// <summary>The run was cancelled.</summary>
sealed record IsInterrupted() : RunEvent(LogLevel.Warning);

/// <summary>The run has failed.</summary>
sealed record Fails(string Why) : RunEvent(LogLevel.Error);

/// <summary>Something that happened, when, and in which run.</summary>
/// <param name="Time">Local time.</param>
/// <param name="Event">What happened.</param>
/// <param name="Run">The run; null before work begins.</param>
sealed record LogEntry(DateTimeOffset Time, RunEvent Event, RunStart? Run);
