namespace AutoFlip.Grpc;

/// <summary>Receives what a client's reader should see. Called by several threads.</summary>
public interface IClientLog
{
    /// <summary>A log that nobody reads.</summary>
    static IClientLog None { get; } = new Silent();

    /// <summary>A fact: joined, training, sent.</summary>
    void Note(string message);

    /// <summary>Something deserves attention, but nothing stops.</summary>
    void Warning(string message);

    private sealed class Silent : IClientLog
    {
        public void Note(string message) { }

        public void Warning(string message) { }
    }
}
