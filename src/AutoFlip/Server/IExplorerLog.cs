namespace AutoFlip;

/// <summary>Explorers' scores that are still being collected.</summary>
public interface IExplorerLog : IExplorerScores
{
    /// <summary>The clients that have answered, with scores or without.</summary>
    IReadOnlyCollection<int> Asked { get; }

    /// <summary>Enters an explorer's answer.</summary>
    void Add(ClientReply reply);
}
