using static TorchSharp.torch;

namespace AutoFlip;

/// <summary>Multi-head self-attention, [N, T, F] to [N, T, Heads * HeadWidth]: the output of each step is a weighted mean of the values
/// of its sequence. The projection back to F is a separate <see cref="Linear"/>.</summary>
/// <param name="Heads">Heads: the units that this layer makes.</param>
/// <param name="HeadWidth">d, entries of a head's query, key and value.</param>
/// <param name="Sequences">Parts of equal length that the T steps consist of, one after another; it divides T. Steps attend to
/// steps of their own part only.</param>
/// <remarks>
/// Its only tensor, weight [3 * Heads * d, F], has the blocks query, key, value; in each, head h owns rows h*d .. (h+1)*d - 1. Per head
/// and part: softmax(Q K^T / sqrt(d)) V. There are no positions.
/// <para>A head is one unit: its rows in all three blocks, and d columns of what reads it. A head whose rows are 0 has the values 0, so
/// their weighted mean is 0. Removing single entries of a head would make heads unequal, which a batched product cannot compute. See
/// docs/decisions/0018.</para>
/// <para>Multiply-accumulates: T 3 Heads d F for the projection, and 2 Heads d for every pair of steps of a part.</para>
/// <para>Source: Vaswani et al. 2017, arXiv:1706.03762.</para>
/// </remarks>
public sealed record SelfAttention(int Heads, int HeadWidth, int Sequences = 1) : Layer
{
    internal override Features Draft(LayerDraft draft)
    {
        var (steps, features) = draft.Sequence();
        if (Sequences < 1 || steps % Sequences != 0) throw draft.Error($"{steps} steps are not {Sequences} sequences of equal length");
        var width = Heads * HeadWidth;
        var heads = draft.Tie(draft.NewUnits(width), HeadWidth);
        draft.Tensor("weight", TensorRole.Weight, [3 * width, features], (0, [.. heads, .. heads, .. heads]), (1, draft.Input.Units));
        draft.Macs = (long)steps * 3 * width * features + 2L * width * steps * (steps / Sequences);
        return new Features([steps, width], heads);
    }

    internal override Tensor Run(in LayerRun run)
    {
        using var scope = NewDisposeScope();
        var steps = run.Input.size(1);
        var split = nn.functional.linear(run.Input, run.Tensors[0])
            .view(-1, steps / Sequences, 3, Heads, HeadWidth) // [N * Sequences, steps of one, 3, Heads, d]
            .permute(2, 0, 3, 1, 4).unbind(0); // each [N * Sequences, Heads, steps of one, d]
        return Attention.Means(run.Device, split[0], split[1], split[2])
            .transpose(1, 2).reshape(-1, steps, Heads * HeadWidth).MoveToOuterDisposeScope();
    }

    internal override string Export(OnnxDraft draft)
    {
        var steps = draft.OutputShape[0];
        var blocks = draft.Reshape(draft.Affine(3 * Heads * HeadWidth, bias: false), -1, steps / Sequences, 3, Heads, HeadWidth);
        string Block(int index, params int[] axes) =>
            draft.Transpose(draft.Step("Gather", [blocks, draft.Integer(index)], ("axis", 2)), axes);

        // [N * Sequences, Heads, steps of one, d]
        var query = draft.Step("Mul", [Block(0, 0, 2, 1, 3), draft.Number((float)(1 / Math.Sqrt(HeadWidth)))]);
        var shares = draft.Step("Softmax", draft.Step("MatMul", [query, Block(1, 0, 2, 3, 1)]), ("axis", -1));
        return draft.Reshape(
            draft.Transpose(draft.Step("MatMul", [shares, Block(2, 0, 2, 1, 3)]), 0, 2, 1, 3), -1, steps, Heads * HeadWidth);
    }

    internal override Layer WithChannels(int channels) => this with { Heads = channels / HeadWidth };
}
