using AutoFlip.Grpc;

namespace AutoFlip.Tests;

/// <summary>A server for operators that carries out nothing, and notes what it was asked.</summary>
sealed class FakeServer : IAdministered
{
    public List<string> Asked { get; } = [];

    public string? Death { get; set; }

    public string[] Reasons { get; set; } = [];

    public bool Refuses { get; set; }

    public ServerStatus Status() => new(
        "00ff", "1.2.3", "collecting replies", 3, 6, 2, "train", 41.4, 2, 1, 2, ["seat 1 (bob)"], 5_000_000_000,
        [
            new(0, "alice", "attached", 100, 10, "done", 1234),
            new(1, "bob", "away", 90, 9, "about to fetch", 0),
            new(2, null, "never_joined", null, null, null, null),
        ]);

    public string? Dead() => Death;

    public IReadOnlyList<string> Unready() => Reasons;

    public Operated Drain() => Note("drain");

    public Operated CloseRound() => Note("close");

    public Operated SetQuarantine(string name, bool isExcluded) => Note(isExcluded ? $"exclude {name}" : $"admit {name}");

    Operated Note(string what)
    {
        Asked.Add(what);
        return new(!Refuses, $"{what}: noted.");
    }
}
