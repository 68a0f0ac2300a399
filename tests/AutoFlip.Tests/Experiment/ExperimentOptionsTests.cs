namespace AutoFlip.Tests;

public class ExperimentOptionsTests
{
    [Fact]
    public void Every_property_of_an_experiment_is_declared_once() => Assert.Equal(
        typeof(Experiment).GetProperties().Where(property => property.SetMethod is not null && property.Name != nameof(Experiment.Options))
            .Select(property => property.Name).Order(),
        ExperimentOptions.All.Select(option => option.Property.Name).Order());

    [Fact]
    public void Defaults_are_in_range() => Assert.Every(ExperimentOptions.All, option => Assert.Null(option.Violation(new Experiment())));

    [Fact]
    public void A_range_has_words_and_words_a_range() => Assert.Every(
        ExperimentOptions.All.Where(option => option.Accepted.Length > 0),
        option => Assert.Equal(
            $"Experiment.{option.Property.Name}: 'x' is not accepted. Accepted: {option.Accepted}.", option.Refusal("x")));

    [Theory]
    [InlineData(nameof(Experiment.TestFraction), 0.91, "Experiment.TestFraction: '0.91' is not accepted. Accepted: a number in [0, 0.9].")]
    [InlineData(
        nameof(Experiment.Concentration), double.NaN, "Experiment.Concentration: 'NaN' is not accepted. Accepted: a number above 0.")]
    [InlineData(
        nameof(Experiment.ShardsPerClient), 0, "Experiment.ShardsPerClient: '0' is not accepted. Accepted: a whole number of at least 1.")]
    public void A_part_refuses_a_value_in_the_words_of_the_table(string property, object value, string sentence)
    {
        var refused = Assert.Throws<AutoFlipException>(() => ExperimentOptions.Require(property, value));

        Assert.Equal((ExitCode.BadRequest, sentence), (refused.Code, refused.Message));
        Assert.Equal([property], refused.Options);
    }

    [Fact]
    public void A_failure_carries_the_options_that_its_message_names()
    {
        var refused = AutoFlipException.BadRequest(
            "Experiment.Clients 3: too few; lower Experiment.Clients or RunOptions.Workers. See my/Experiment.Seed and Experiments.");

        Assert.Equal(["Clients", "Workers"], refused.Options);
    }

    [Fact]
    public void Models_take_their_options_from_properties_of_the_same_name()
    {
        // Of eight options every one differs from its default.
        var options = ModelOptions.Of(new()
        {
            HiddenSize = 1,
            Dropout = 0.2,
            LayerCount = 3,
            Depth = 40,
            WidenFactor = 5,
            WidthMultiplier = 6,
            EmbeddingCount = 7,
            EmbeddingSize = 8,
        });

        Assert.Equal(
            new()
            {
                HiddenSize = 1,
                Dropout = 0.2,
                LayerCount = 3,
                Depth = 40,
                WidenFactor = 5,
                WidthMultiplier = 6,
                EmbeddingCount = 7,
                EmbeddingSize = 8
            },
            options);
        Assert.True(options.AreInRange);
        Assert.False((options with { Dropout = 1 }).AreInRange);
    }
}
