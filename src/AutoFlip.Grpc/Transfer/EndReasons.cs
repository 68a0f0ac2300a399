namespace AutoFlip.Grpc;

/// <summary>Reasons that both sides know.</summary>
static class EndReasons
{
    /// <summary>The run has ended as it should.</summary>
    public const string Done = "done";

    /// <summary>A newer session has ended this one.</summary>
    public const string Superseded = "another process has joined with this name. One process per name is accepted; "
        + "give each machine a certificate of its own.";
}
