namespace AutoFlip.Grpc;

/// <summary>An operator has drained the server: the round under way was finished, and the run can be resumed.</summary>
public sealed class ServerDrained() : OperationCanceledException("The server was drained.");
