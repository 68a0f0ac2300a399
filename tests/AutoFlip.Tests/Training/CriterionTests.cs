using TorchSharp;

namespace AutoFlip.Tests;

public class CriterionTests
{
    // One sample per row: outputs, label, and the loss by hand.
    [Theory]
    [InlineData("CrossEntropyLoss", new float[] { 0, 1.0986123f }, 1, 0.28768207)] // softmax (1/4, 3/4): -ln(3/4)
    [InlineData("NLLLoss", new float[] { -1, -2 }, 1, 2)]
    [InlineData("BCEWithLogitsLoss", new float[] { 0 }, 1, 0.69314718)] // sigmoid 1/2: ln 2
    [InlineData("BCEWithLogitsLoss", new float[] { 1.0986123f }, 0, 1.38629436)] // sigmoid 3/4: -ln(1/4)
    [InlineData("BCEWithLogitsLoss", new float[] { 0, 1.0986123f }, 0, 1.03972077)] // one-hot (1, 0): (ln 2 + ln 4) / 2
    [InlineData("MSELoss", new float[] { 3 }, 1, 4)]
    [InlineData("MSELoss", new float[] { 1, 2 }, 0, 2)] // one-hot (1, 0): (0 + 4) / 2
    [InlineData("L1Loss", new float[] { 3 }, 1, 2)]
    [InlineData("L1Loss", new float[] { 0.5f, 2 }, 1, 0.75)] // one-hot (0, 1): (0.5 + 1) / 2
    [InlineData("SmoothL1Loss", new float[] { 3 }, 1, 1.5)] // 2 - 1/2
    [InlineData("SmoothL1Loss", new float[] { 0.5f }, 1, 0.125)] // 0.5^2 / 2
    public void Criterion_equals_the_loss_computed_by_hand(string name, float[] outputs, long label, double want)
    {
        using var scope = torch.NewDisposeScope();

        var loss = Catalog.Criteria[name].Loss(torch.tensor(outputs, [1, outputs.Length]), torch.tensor([label]));

        Assert.Equal(want, loss.item<float>(), 1e-6);
    }

    public static IEnumerable<TheoryDataRow<string>> Names => Catalog.Criteria.Names.Select(name => new TheoryDataRow<string>(name));

    [Theory, MemberData(nameof(Names))]
    public void Loss_of_a_batch_is_the_mean_of_its_samples(string name)
    {
        using var scope = torch.NewDisposeScope();
        var outputs = torch.tensor(new double[] { -0.5, -2, -1, -1.5, -3, -0.25 }, [2, 3]);
        var labels = torch.tensor([2L, 0L]);
        double Loss(torch.Tensor rows) => Catalog.Criteria[name].Loss(outputs[rows], labels[rows]).item<double>();

        Assert.Equal((Loss(torch.tensor([0L])) + Loss(torch.tensor([1L]))) / 2, Loss(torch.tensor([0L, 1L])), 1e-14);
    }

    [Theory, MemberData(nameof(Names))]
    public void Loss_can_be_differentiated(string name)
    {
        using var scope = torch.NewDisposeScope();
        var outputs = torch.tensor(new[] { 0.5f, -2 }, [1, 2]).requires_grad_();

        Catalog.Criteria[name].Loss(outputs, torch.tensor([0L])).backward();

        Assert.True(outputs.grad!.abs().sum().item<float>() > 0);
    }
}
