namespace AutoFlip;

/// <summary>Watches data sets being found and read.</summary>
public interface ILoadObserver
{
    /// <summary>An observer that does nothing.</summary>
    static ILoadObserver None { get; } = new Silent();

    /// <summary>Something deserves a reader's attention, but nothing stops.</summary>
    void Warning(string message);

    /// <summary>A fact for the log: how the columns of a table were understood.</summary>
    void Note(string message);

    /// <summary>A data set is being fetched or read.</summary>
    /// <param name="what">What, in a few words.</param>
    /// <param name="fraction">Share done, in [0, 1]; null if unknown.</param>
    void Loading(string what, double? fraction);

    private sealed class Silent : ILoadObserver
    {
        public void Warning(string message) { }

        public void Note(string message) { }

        public void Loading(string what, double? fraction) { }
    }
}
