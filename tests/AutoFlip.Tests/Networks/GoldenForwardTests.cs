namespace AutoFlip.Tests;

/// <summary>Outputs, losses, gradients and optimiser steps of every architecture equal PyTorch's.</summary>
[Trait("speed", "slow")]
public class GoldenForwardTests
{
    public static IEnumerable<TheoryDataRow<string, string>> Cases =>
        GoldenCase.All.Select(pair => new TheoryDataRow<string, string>(pair.Id, pair.Fill));

    [Theory, MemberData(nameof(Cases))]
    public void Double_network_equals_reference(string id, string fill) => new GoldenComparison<double>(id, fill).Check();

    [Theory, MemberData(nameof(Cases))]
    public void Single_network_equals_reference(string id, string fill) => new GoldenComparison<float>(id, fill).Check();

    /// <summary>The architectures that our own kernels train.</summary>
    public static IEnumerable<TheoryDataRow<string, string>> KernelCases =>
        from pair in GoldenCase.All
        where KernelPlan.HasKernels(GoldenCase.Load(pair.Id, pair.Fill).Network)
        select new TheoryDataRow<string, string>(pair.Id, pair.Fill);

    [Theory, MemberData(nameof(KernelCases))]
    public void Own_kernels_equal_the_reference(string id, string fill) =>
        new GoldenComparison<float>(id, fill, TrainingKernels.Own).Check();

    [Theory, InlineData("sine"), InlineData("hash")]
    public void Fill_equals_its_samples(string kind)
    {
        var fill = new GoldenFill(GoldenCase.Fills.GetProperty(kind));

        Assert.Every(GoldenCase.Fills.GetProperty(kind).GetProperty("samples").EnumerateObject(), sample =>
        {
            var shape = GoldenCase.Ints(sample.Value.GetProperty("shape"));
            var got = sample.Value.TryGetProperty("t", out var t) ? fill.Tensor(t.GetInt32(), shape, sample.Name) : fill.Input(shape);
            Assert.Equal([.. GoldenCase.Doubles(sample.Value.GetProperty("values")).Select(value => (float)value)], got);
        });
    }
}
