using TorchSharp;

namespace AutoFlip.Tests;

public class EvaluationTests
{
    // cross-entropy of the scores (2, 0) where class 0 is right; 2 more where class 1 is
    static readonly double Right = Math.Log(1 + Math.Exp(-2));

    static Outputs Run(SampleSet samples, Func<torch.Tensor, torch.Tensor> forward, int width, CancellationToken ct)
    {
        using var workspace = new Workspace(new Sgd());
        return Evaluation.Run(workspace, forward, width, new CrossEntropy(), samples, [.. Enumerable.Range(0, samples.Targets.Count)], ct);
    }

    static VectorSet Alike(int count, int columns, Targets targets) =>
        new(
            columns, [.. Enumerable.Range(0, count).SelectMany(_ => Enumerable.Range(0, columns).Select(c => c % 2 == 0 ? 2f : 0f))],
            targets);

    /// <summary>Chunks of 500, 500 and 3. Every fourth sample from the second on is of class 1: 251 of 1003, on which the
    /// prediction of class 0 is wrong.</summary>
    [Fact]
    public void Loss_and_metrics_are_means_over_all_samples_of_all_chunks()
    {
        var samples = Alike(1003, 2, Targets.Classes([.. Enumerable.Range(0, 1003).Select(i => i % 4 == 1 ? 1 : 0)]));

        var outputs = Run(samples, input => input.flatten(1), 2, TestContext.Current.CancellationToken);

        Assert.Equal(1003, outputs.Count);
        Assert.Equal(Right + 2 * 251.0 / 1003, outputs.Loss, 1e-6); // float32 means of 500
        Assert.Equal(752.0 / 1003, outputs.Metrics([new Acc1()], 0)["acc1"]!.Value, 1e-12);
    }

    /// <summary>Two sequences of three steps, of which three steps count: one of class 0 and two of class 1.</summary>
    [Fact]
    public void Steps_of_sequences_count_one_by_one_and_ignored_ones_not()
    {
        var samples = Alike(2, 6, Targets.Steps([0, 1, Targets.Ignored, 1, Targets.Ignored, Targets.Ignored], 3));

        var outputs = Run(samples, input => input.view(-1, 3, 2), 2, TestContext.Current.CancellationToken);

        Assert.Equal(6, outputs.Count);
        Assert.Equal(Right + 4.0 / 3, outputs.Loss, 1e-6);
        Assert.Equal(1.0 / 3, outputs.Metrics([new Acc1()], 0)["acc1"]!.Value, 1e-12);
    }

    [Fact]
    public void Cancellation_ends_it() => Assert.Throws<OperationCanceledException>(
        () => Run(Alike(3, 2, Targets.Classes([0, 1, 0])), input => input.flatten(1), 2, new CancellationToken(canceled: true)));

    /// <summary>Two samples of loss 1 and one of loss 4: (2 + 4) / 3. Squared errors 1, 4 and 4.</summary>
    [Fact]
    public void Outputs_of_parts_add_up()
    {
        var targets = Targets.Numbers([0, 0, 3]);
        Outputs all = new(3, 1, targets), part = new(1, 1, targets);
        using (torch.NewDisposeScope())
        {
            all.Add(torch.tensor([1f, 2], [2, 1]), torch.tensor([0f, 0]), 1);
            part.Add(torch.tensor([5f], [1, 1]), torch.tensor([3f]), 4);
        }

        all.Add(part);

        Assert.Equal(3, all.Count);
        Assert.Equal(2, all.Loss);
        Assert.Equal(3, all.Metrics([new Mse()], 0)["mse"]!.Value, 1e-12);
    }
}
