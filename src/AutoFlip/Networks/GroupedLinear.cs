using static TorchSharp.torch;

namespace AutoFlip;

/// <summary>y = x W^T + b on every step of [N, T, F] in groups: group g of the outputs reads group g of the features. A convolution with a
/// kernel of one step.</summary>
/// <param name="Features">Outputs per step.</param>
/// <param name="Groups">G: it divides the features and the outputs.</param>
/// <param name="Repeats">How often a unit occurs among the outputs: as many times as <paramref name="Groups"/> or a multiple, at equal
/// distances.</param>
/// <remarks>
/// Its weight is [Features, F / G, 1], as PyTorch's Conv1d has it. What goes together: the outputs at the same place of each of the
/// <paramref name="Repeats"/> parts, and the features at the same place of every group; so any unit can go and the number of groups stays.
/// (<see cref="Conv2d"/> removes whole groups; with few, wide groups that would leave few units: docs/decisions/0017.)
/// <para>Source: Iandola et al. 2020, arXiv:2006.11316.</para>
/// </remarks>
public sealed record GroupedLinear(int Features, int Groups, int Repeats) : Layer
{
    internal override Features Draft(LayerDraft draft)
    {
        var (steps, inputs) = draft.Sequence();
        if (Groups < 1 || inputs % Groups != 0 || Features % Repeats != 0 || Repeats % Groups != 0)
            throw draft.Error($"{inputs} features and {Features} outputs cannot be split into {Groups} groups");
        var read = draft.Input.Units;
        if (read.Length % Groups != 0 || read.Distinct().Count() > 1)
            throw draft.Error($"units of its features do not repeat in {Groups} groups");
        var units = draft.NewUnits(Features, Repeats);
        draft.Tensor(
            "weight", TensorRole.Weight, [Features, inputs / Groups, 1], (0, units), (1, read[..(read.Length / Groups)]));
        draft.Tensor("bias", TensorRole.Bias, [Features], (0, units));
        draft.Macs = (long)steps * Features * (inputs / Groups);
        return new Features([steps, Features], units);
    }

    internal override Tensor Run(in LayerRun run)
    {
        using var scope = NewDisposeScope();
        var (input, weight, bias) = (run.Input, run.Tensors[0].squeeze(2), run.Tensors[1]);
        if (Groups == 1) return nn.functional.linear(input, weight, bias).MoveToOuterDisposeScope();
        var rows = input.reshape(-1, Groups, weight.size(1)).transpose(0, 1);                 // [G, N T, F / G]
        var kernels = weight.view(Groups, -1, weight.size(1)).transpose(1, 2);                // [G, F / G, outputs / G]
        var products = rows.bmm(kernels).transpose(0, 1).reshape(input.size(0), input.size(1), -1);
        return products.add(bias, Scalars.One).MoveToOuterDisposeScope();
    }

    internal override string Export(OnnxDraft draft)
    {
        var (steps, read) = (draft.InputShape[0], draft.InputShape[1] / Groups);
        var rows = draft.Transpose(draft.Reshape(draft.Input, -1, Groups, read), 1, 0, 2);
        var kernels = draft.Transpose(draft.Reshape(draft.Tensor(0), Groups, -1, read), 0, 2, 1);
        var products = draft.Transpose(draft.Step("MatMul", [rows, kernels]), 1, 0, 2);
        return draft.Step("Add", [draft.Reshape(products, -1, steps, Features), draft.Tensor(1)]);
    }

    /// <summary>N(0, 0.02²), as BERT starts: without normalisation other schemes saturate.</summary>
    internal override void Start(int tensor, TensorEntry entry, Span<float> values, Initializer scheme, double gain, KeyedRandom random)
    {
        if (entry.Role == TensorRole.Weight) Initialization.Gaussian(values, Initialization.OfBert, random);
    }

    internal override Layer WithChannels(int channels) => this with { Features = channels };

    internal override LayerPrecision Precision => LayerPrecision.Narrow;
}
