namespace AutoFlip.Tests;

public sealed class RunDirectoryTests : IDisposable
{
    readonly TemporaryDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>All begin at once, in the same second of the clock; each is in use until all are there.</summary>
    [Fact]
    public async Task Runs_that_begin_in_the_same_second_have_a_directory_each()
    {
        const int Many = 4;
        for (var trial = 0; trial < 50; trial++)
        {
            using var together = new Barrier(Many);
            var options = new RunOptions { ResultPath = _folder[$"{trial}"] };
            var begun = await Task.WhenAll(Enumerable.Range(1, Many).Select(rounds => Task.Factory.StartNew(() =>
            {
                together.SignalAndWait();
                return RunDirectory.Create(
                    Reports.Experiment with { Rounds = rounds }, options, partition: null, "cpu", new Reports.Afternoon());
            }, TaskCreationOptions.LongRunning)));

            Assert.Equal(Many, begun.Select(directory => directory.Path).Distinct().Count());
            foreach (var directory in begun) directory.Dispose();
            Assert.Equal(
                Enumerable.Range(1, Many),
                begun.Select(directory => ExperimentFile.OfRun(directory.Path, MethodOptions.Schema).Rounds));
        }
    }
}
