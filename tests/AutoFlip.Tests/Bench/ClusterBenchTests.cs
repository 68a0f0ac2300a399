using AutoFlip.Bench;

namespace AutoFlip.Tests;

public class ClusterBenchTests
{
    /// <summary>
    /// One worker: replies after 2, 4 and 6 s, the last one served by 6.1. Three: all after 2 s, served one after another. Three of whom
    /// the second and third are served their request 0.5 and 1 s later: the last reply after 3.5 s. A hundred workers whose replies take
    /// the coordinator half a second each: 1 s, then 50.
    /// </summary>
    [Theory]
    [InlineData(1, 3, 2, 0.1, 0, 6.1), InlineData(3, 3, 2, 0.1, 0, 2.3), InlineData(3, 3, 2, 0.1, 0.5, 3.6)]
    [InlineData(100, 100, 1, 0.5, 0, 51)]
    public void A_round_ends_when_the_coordinator_has_served_the_last_reply(
        int workers, int clients, double train, double serve, double perWorker, double seconds) =>
        Assert.Equal(seconds, ClusterBench.Predict(workers, clients, train, serve, perWorker), 1e-9);
}
