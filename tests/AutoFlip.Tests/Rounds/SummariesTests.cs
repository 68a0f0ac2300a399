namespace AutoFlip.Tests;

public class SummariesTests
{
    /// <summary>ResNet-50 on images of 224 x 224 has 4.1e9 products a sample. 400 rounds of 6.4e6 samples are 1.0496e19 of them, above the
    /// 2^63 = 9.2e18 of a whole number of 64 bits; an explorer's 3e9 samples are 1.23e19.</summary>
    [Fact]
    public void Multiply_accumulates_of_a_long_run_are_counted()
    {
        RoundReport[] rounds =
        [
            .. Enumerable.Range(1, 400).Select(round => Reports.Round(round) with
            {
                TrainSamples = 6_400_000,
                MacsPerSample = 4_100_000_000,
                ActiveMacsPerSample = 4_100_000_000,
            }),
        ];
        ExplorerReport[] explorers = [new(0, 1, 1, 3_000_000_000, 1, null)];

        var compute = Summaries.SoFar(Reports.Experiment, new Acc1(), explorers, rounds).Compute;

        Assert.Equal(400 * 6_400_000L + 3_000_000_000, compute.TrainSamples);
        Assert.Equal((1.0496e19, 1.0496e19, 1.23e19), (compute.DenseMacs, compute.ActiveMacs, compute.ExploreMacs));
    }
}
