namespace AutoFlip;

/// <summary>Explorers' scores that are still being collected.</summary>
public interface IExplorerLog : IExplorerScores
{
    /// <summary>The clients that have answered, with scores or without.</summary>
    IReadOnlyCollection<int> Asked { get; }

    /// <summary>Enters an explorer's answer.</summary>
    /// <param name="reply">The answer.</param>
    /// <param name="elapsed">Since exploration began, or went on after an interruption.</param>
    void Add(ClientReply reply, TimeSpan elapsed);
}
