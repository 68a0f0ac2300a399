using static TorchSharp.torch;

namespace AutoFlip;

/// <summary>[N, C, H, W] to [N, C*H*W]: a channel becomes a block of H*W consecutive features.</summary>
public sealed record Flatten : Layer
{
    internal override Features Draft(LayerDraft draft)
    {
        var input = draft.Input;
        var perUnit = input.Shape.Skip(1).Aggregate(1, (product, size) => checked(product * size));
        return new Features([checked((int)input.Length)], [.. input.Units.Select(span => span with { Block = span.Block * perUnit })]);
    }

    internal override Tensor Run(in LayerRun run) => run.Input.flatten(1);

    internal override LayerPrecision Precision => LayerPrecision.AsGiven;
}
