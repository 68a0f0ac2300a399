namespace AutoFlip.Grpc;

/// <summary>Receives what a client's reader should see. Called by several threads.</summary>
public interface IClientLog
{
    /// <summary>A fact: joined, training, sent.</summary>
    void Note(string message);

    /// <summary>Something deserves attention, but nothing stops.</summary>
    void Warning(string message);
}
