using System.Runtime.InteropServices;

namespace AutoFlip.Tests;

public sealed class ExplorationLogTests : IDisposable
{
    readonly TemporaryDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>3e38 + 3e38 is beyond float32, whose largest number is 3.4028e38: the sum stays there.</summary>
    [Theory, InlineData(3e38f, float.MaxValue / 3), InlineData(-3e38f, float.MinValue / 3), InlineData(3, (3f + 3 + 2) / 3)]
    public void The_mean_of_finite_scores_is_finite(float score, float mean)
    {
        using var log = new ExplorationLog(_folder.Path, 2);
        foreach (var explorer in new[] { 0, 1 }) log.Add(Reply(explorer, score, 1));
        log.Add(Reply(2, 2, 4));

        Assert.Equal([mean, (1f + 1 + 4) / 3], log.Mean([0, 1, 2]));
    }

    static ClientReply Reply(int explorer, params float[] scores) =>
        new() { Client = explorer, Examples = 1, ValueBytes = MemoryMarshal.AsBytes<float>(scores).ToArray() };
}
