namespace AutoFlip.Tests;

public class PredictionTests
{
    static readonly ModelCard Card = ModelCardTests.Card;

    static readonly ModelCard Two = Card with { Classes = ["no", "yes"], Outputs = 1 };

    [Fact]
    public void The_most_probable_classes_come_first()
    {
        // Softmax of log 1, log 5, log 4: tenths.
        var said = Prediction.Of(Card, [MathF.Log(1), MathF.Log(5), MathF.Log(4)], [], 2);

        Assert.Equal([1, 2], said.Top.Select(top => top.Class));
        Assert.Equal(["ö", "c"], said.Top.Select(top => top.Name));
        Assert.Equal([0.5, 0.4], said.Top.Select(top => Math.Round(top.Probability, 6)));
        Assert.Equal(3, Prediction.Of(Card, [0, 0, 0], [], 9).Top.Length);
        Assert.Equal([0, 1, 2], Prediction.Of(Card, [0, 0, 0], [], 3).Top.Select(top => top.Class)); // of equals the first
        Assert.Equal(1, Prediction.Of(Card, [-1000, 1000, 0], [], 1).Top[0].Probability); // no overflow
    }

    [Fact]
    public void Of_two_classes_the_cut_off_decides()
    {
        // The logit of 0.8 is log 4.
        var (half, fitted) = (Prediction.Of(Two, [MathF.Log(4)], [], 2), Prediction.Of(Two with { CutOff = 0.9 }, [MathF.Log(4)], [], 2));

        Assert.Equal([("yes", 0.8), ("no", 0.2)], half.Top.Select(top => (top.Name, Math.Round(top.Probability, 6))));
        Assert.Equal([("no", 0.2), ("yes", 0.8)], fitted.Top.Select(top => (top.Name, Math.Round(top.Probability, 6))));
        Assert.Equal("yes", Prediction.Of(Two, [0], [], 1).Top[0].Name); // one half is enough, as in metrics
    }

    [Fact]
    public void Numbers_are_said_as_they_are()
    {
        var said = Prediction.Of(Card with { Task = TaskKind.Regression, Classes = [], Outputs = 1 }, [-2.5f], [], 1);

        Assert.Equal(-2.5, said.Value);
        Assert.Empty(said.Top);
    }

    [Fact]
    public void Of_a_sequence_the_step_behind_the_last_token_counts()
    {
        var card = Card with { Task = TaskKind.Labelling };

        // Two tokens, then padding: what is said behind the padding is nothing.
        var said = Prediction.Of(card, [9, 0, 0, /**/ 0, 0, 9, /**/ 0, 9, 0], [5, 3, 0], 1);

        Assert.Equal("c", said.Top[0].Name);
        Assert.Equal(["<b>", "c"], said.Steps);
    }

    [Fact]
    public void Batches_keep_the_order_and_leave_out_what_could_not_be_read()
    {
        var inputs = Enumerable.Range(0, 150)
            .Select(i => i % 50 == 7 ? new RawInput($"{i}", null, "broken") : new RawInput($"{i}", [i], null));
        using var runner = new Echo();

        var said = Prediction.All(runner, inputs, 1).ToList();

        Assert.Equal(Enumerable.Range(0, 150).Select(i => $"{i}"), said.Select(each => each.Input.Name));
        Assert.Every(said, each => Assert.Equal(each.Input.Sample?[0], each.Said?.Value));
        Assert.Equal([7, 57, 107], Enumerable.Range(0, 150).Where(i => said[i].Said is null));
        Assert.Empty(Prediction.All(runner, [], 1));
        Assert.Null(Assert.Single(Prediction.All(runner, [new RawInput("x", null, "broken")], 1)).Said);
    }

    /// <summary>A model of one number that puts out what comes in.</summary>
    sealed class Echo : IModelRunner
    {
        public ModelCard Card { get; } = PredictionTests.Card with { Task = TaskKind.Regression, Classes = [], Outputs = 1 };

        public Experiment? Experiment => null;

        public float[] Run(float[] samples, int count) => [.. samples];

        public void Dispose() { }
    }
}
