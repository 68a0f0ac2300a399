using AutoFlip.Cli;

namespace AutoFlip.Tests;

public class SpellingTests
{
    [Theory]
    // a refusal has the paper's spelling too
    [InlineData("Experiment.Clients: '0' is not accepted.", "--clients (--K): '0' is not accepted.")]
    [InlineData("Experiment.Clients 3: lower Experiment.Clients or RunOptions.Workers.", "--clients 3: lower --clients or --workers.")]
    [InlineData("Experiment.Pruner and Experiment.Algorithm", "--pruner and --algorithm")]
    [InlineData("Experiment.WireDown, Experiment.WireUp", "--wire-down, --wire-up")] // and not --wire, which sets both
    [InlineData("go on with Simulation.Resume runs/a", "go on with autoflip resume runs/a")]
    [InlineData("name one with LibTorch.Use or", "name one with --libtorch or")]
    [InlineData("see 'Catalog.DataSets'", "see 'autoflip list datasets'")]
    [InlineData("'data/Experiment.Clients' is missing", "'data/Experiment.Clients' is missing")] // a path of the user's
    [InlineData("Experiment.Nothing", "Experiment.Nothing")]
    public void Names_of_the_engine_become_what_is_typed(string text, string typed)
    {
        Assert.Equal(typed, Spelling.Of(text));
        Assert.Equal(typed, Spelling.Of(typed));
    }

    [Fact]
    public void Every_option_of_an_experiment_is_named_by_its_first_spelling() => Assert.Every(
        ExperimentOptions.All, option => Assert.Equal($"--{option.Names[0]}", Spelling.Of($"Experiment.{option.Property.Name}")));
}
