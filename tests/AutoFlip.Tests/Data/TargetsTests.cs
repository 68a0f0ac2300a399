namespace AutoFlip.Tests;

public class TargetsTests
{
    [Fact]
    public void Classes_are_their_own_labels()
    {
        var targets = Targets.Classes([4, 0, 2]);

        Assert.Equal((3, 1, false), (targets.Count, targets.PerSample, targets.AreNumbers));
        Assert.Equal([4, 0, 2], targets.Labels.ToArray());
        Assert.Equal([2, 4], Long(targets, 2, 0));
        Assert.Equal([2, 4], Float(targets, 2, 0));
        Assert.Equal([2, 4], targets.Of([2, 0]).Labels.ToArray());
    }

    [Fact]
    public void Steps_are_read_row_by_row_and_partitioned_as_one_class()
    {
        var targets = Targets.Steps([1, 2, 3, 4, 5, Targets.Ignored], 3);

        Assert.Equal((2, 3, false), (targets.Count, targets.PerSample, targets.AreNumbers));
        Assert.Equal([0, 0], targets.Labels.ToArray());
        Assert.Equal([4, 5, -1, 1, 2, 3], Long(targets, 1, 0));
        Assert.Equal([4, 5, -1], Long(targets.Of([1]), 0));
    }

    [Fact]
    public void Numbers_are_not_classes()
    {
        var targets = Targets.Numbers([0.5f, -2]);

        Assert.Equal((2, 1, true), (targets.Count, targets.PerSample, targets.AreNumbers));
        Assert.Equal([0, 0], targets.Labels.ToArray());
        Assert.Equal([-2, 0.5f], Float(targets, 1, 0));
        Assert.Equal([-2], Float(targets.Of([1]), 0));
        Assert.Throws<InvalidOperationException>(() => Long(targets, 0));
    }

    [Fact]
    public void Classes_that_occur_are_those_of_the_rows_and_padding_is_none()
    {
        Assert.Equal(Selection.Of([true, false, true]), Targets.Classes([1, 0, 2, 2]).Present([1, 3], 3));
        Assert.Equal(Selection.Of([true, false, true]), Targets.Steps([1, 1, 2, Targets.Ignored, 0, 2], 2).Present([1, 2], 3));
        Assert.Equal(0, Targets.Numbers([0.5f, -2]).Present([0, 1], 3).Kept);
    }

    [Fact]
    public void Sequences_of_another_length_are_a_mistake() => Assert.Throws<ArgumentException>(() => Targets.Steps([1, 2, 3], 2));

    [Theory]
    [InlineData(10, 10)]
    [InlineData(2, 1)] // one logit tells two classes apart
    public void A_classification_has_an_output_per_class_but_one_for_two(int classes, int outputs)
    {
        var task = LearningTask.Classification([.. Enumerable.Range(0, classes).Select(c => $"{c}")]);

        Assert.Equal((outputs, classes), (task.Outputs, task.Strata.Length));
    }

    [Fact]
    public void Steps_and_numbers_are_partitioned_as_one_class()
    {
        Assert.Equal((2, 1), (LearningTask.Labelling("a", "b").Outputs, LearningTask.Labelling("a", "b").Strata.Length));
        Assert.Equal((1, 1), (LearningTask.Regression.Outputs, LearningTask.Regression.Strata.Length));
    }

    static long[] Long(Targets targets, params int[] rows)
    {
        var into = new long[rows.Length * targets.PerSample];
        targets.Read(rows, into.AsSpan());
        return into;
    }

    static float[] Float(Targets targets, params int[] rows)
    {
        var into = new float[rows.Length * targets.PerSample];
        targets.Read(rows, into.AsSpan());
        return into;
    }
}
