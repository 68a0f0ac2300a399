namespace AutoFlip;

/// <summary>Record of a client's reply without its values, which have been used.</summary>
/// <param name="Round">The round; 0 for exploration.</param>
/// <param name="Work">What it was asked to do.</param>
/// <param name="Client">The client.</param>
/// <param name="Failure">Why the answer could not be used; null if it could.</param>
/// <param name="Trained">Figures of its last local epoch; null if it did not train.</param>
/// <param name="HeldOut">Figures on its held-out samples: of its own model after training, of the global
/// one where it only evaluated.</param>
public sealed record ClientAnswer(int Round, ClientWork Work, int Client, string? Failure, ClientFigures? Trained, ClientFigures? HeldOut)
{
    /// <summary>Figures of the client's personal model on its held-out samples; null if the algorithm has none.</summary>
    public ClientFigures? Personal { get; init; }

    internal static ClientAnswer Of(ClientTask task, ClientReply reply) =>
        new(task.Round, task.Work, reply.Client, reply.Failure, reply.Trained, reply.HeldOut) { Personal = reply.Personal };
}
