using System.Collections.Immutable;

namespace AutoFlip.Grpc;

/// <summary>A running server at one moment.</summary>
/// <param name="Run">The run's id, in hex.</param>
/// <param name="Version">Version of the server's program.</param>
/// <param name="Phase">Waiting for clients, collecting replies, aggregating, draining, ended or failed.</param>
/// <param name="Round">Round of the open task; 0 for exploration, null before the first.</param>
/// <param name="Rounds">Rounds of the run.</param>
/// <param name="CommittedRound">The last round that is saved.</param>
/// <param name="Work">Kind of the open task; null before the first.</param>
/// <param name="SecondsLeft">Time until its deadline; null without one.</param>
/// <param name="Cohort">Clients that it was sent to.</param>
/// <param name="Stored">Replies that are stored.</param>
/// <param name="Needed">Replies that must be stored before it is closed without the others.</param>
/// <param name="Missing">Seats that are waited for and not connected, with their names.</param>
/// <param name="FreeBytes">Free space on the server's disk.</param>
/// <param name="Seats">All seats, ascending.</param>
public sealed record ServerStatus(
    string Run, string Version, string Phase, int? Round, int Rounds, int CommittedRound, string? Work, double? SecondsLeft, int Cohort,
    int Stored, int Needed, ImmutableArray<string> Missing, long FreeBytes, ImmutableArray<SeatStatus> Seats);

/// <summary>One seat of a running server.</summary>
/// <param name="Seat">Its number.</param>
/// <param name="Name">The client that has it; null if nobody has joined for it.</param>
/// <param name="Client">Attached, away, never joined or excluded.</param>
/// <param name="TrainSamples">Training samples that the client has declared.</param>
/// <param name="HeldOutSamples">Held-out samples that it has declared.</param>
/// <param name="Stage">Stage of its part of the open task; null if it has none.</param>
/// <param name="Bytes">Bytes of its reply that are stored; null if it has no task.</param>
public sealed record SeatStatus(
    int Seat, string? Name, string Client, int? TrainSamples, int? HeldOutSamples, string? Stage, long? Bytes);
