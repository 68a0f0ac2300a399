using System.Collections.Immutable;
using static TorchSharp.torch;

namespace AutoFlip;

/// <summary>Multi-head attention of queries, keys and values, each [N, T, Heads * HeadWidth]: every step becomes a mean of the values of
/// all steps. Projections are layers of their own.</summary>
/// <param name="HeadWidth">d, entries of a head's query, key and value: consecutive ones.</param>
/// <param name="Dropout">Rate at which shares of steps are dropped while training, in [0, 1).</param>
/// <remarks>
/// Per head: softmax(Q K^T / sqrt(d) + mask) V. Inputs are query, key, value and, if padding is masked, a <see cref="PaddingMask"/>.
/// <para>A head is one unit: its d rows in the three projections, and d columns of what reads it. Without them its values are 0, whatever
/// its shares are. See docs/decisions/0018.</para>
/// <para>Multiply-accumulates: 2 d for every head and pair of steps.</para>
/// <para>Source: Vaswani et al. 2017, arXiv:1706.03762.</para>
/// </remarks>
public sealed record Attention(int HeadWidth, double Dropout = 0) : Layer
{
    internal override Features Draft(LayerDraft draft)
    {
        ExperimentOptions.Require(nameof(Experiment.Dropout), Dropout);
        var (steps, width) = draft.Sequence();
        if (draft.Inputs.Skip(1).Take(2).Any(input => !input.Shape.SequenceEqual(draft.Input.Shape)))
            throw draft.Error("query, key and value have different shapes");
        if (width % HeadWidth != 0)
            throw draft.Error($"{width} features are no heads of {HeadWidth}", "Choose another Experiment.HiddenSize.");
        foreach (var input in draft.Inputs.Take(3)) Tie(draft, input.Units);
        draft.Merge(draft.Inputs[0].Units, draft.Inputs[1].Units);
        draft.Merge(draft.Inputs[0].Units, draft.Inputs[2].Units);
        draft.Macs = 2L * width * steps * steps;
        return new Features([steps, width], Tie(draft, draft.Input.Units));
    }

    /// <summary>Spans of whole heads; where a head reaches across spans that repeat, each span is one unit.</summary>
    ImmutableArray<UnitSpan> Tie(LayerDraft draft, ImmutableArray<UnitSpan> units) =>
        [.. units.Select(span => draft.Tie([span], span.Length % HeadWidth == 0 ? HeadWidth : span.Length)[0])];

    internal override Tensor Run(in LayerRun run)
    {
        using var scope = NewDisposeScope();
        var (query, key, value) = (Heads(run.Inputs[0]), Heads(run.Inputs[1]), Heads(run.Inputs[2]));
        var mask = run.Inputs.Length > 3 ? run.Inputs[3].unsqueeze(1).unsqueeze(1) : null; // [N, 1, 1, T]
        var drops = run.Training && Dropout > 0 && run.Dropout is not null;
        var mean = drops
            ? Dropped(run, Scores(query, key, mask).softmax(-1)).matmul(value)
            : Means(run.Device, query, key, value, mask);
        return mean.transpose(1, 2).flatten(2).MoveToOuterDisposeScope();
    }

    /// <summary>[N, T, H d] to [N, H, T, d].</summary>
    Tensor Heads(Tensor steps) => steps.view(steps.size(0), steps.size(1), -1, HeadWidth).transpose(1, 2);

    /// <summary>softmax(Q K^T / sqrt(d) + mask) V. On a GPU torch's function for it has no deterministic way back, so that there it is two
    /// products of matrices.</summary>
    internal static Tensor Means(ComputeDevice device, Tensor query, Tensor key, Tensor value, Tensor? mask = null) =>
        device.RewritesLayers
            ? Scores(query, key, mask).softmax(-1).matmul(value)
            : nn.functional.scaled_dot_product_attention(query, key, value, attn_mask: mask);

    static Tensor Scores(Tensor query, Tensor key, Tensor? mask)
    {
        var scores = query.matmul(key.transpose(-2, -1)).mul(Scalars.Of(1 / Math.Sqrt(query.size(-1))));
        return mask is null ? scores : scores.add(mask, Scalars.One);
    }

    Tensor Dropped(in LayerRun run, Tensor shares) =>
        new Dropout(Dropout).Run(new LayerRun([shares], [], run.Training, run.Dropout, inPlace: false, run.Device));

    internal override string Export(OnnxDraft draft)
    {
        var (steps, width) = (draft.InputShape[0], draft.InputShape[1]);
        string Heads(int input, params int[] axes) =>
            draft.Transpose(draft.Reshape(draft.Inputs[input], -1, steps, width / HeadWidth, HeadWidth), axes);

        var query = draft.Step("Mul", [Heads(0, 0, 2, 1, 3), draft.Number((float)(1 / Math.Sqrt(HeadWidth)))]);
        var scores = draft.Step("MatMul", [query, Heads(1, 0, 2, 3, 1)]);
        if (draft.Inputs.Length > 3) scores = draft.Step("Add", [scores, draft.Reshape(draft.Inputs[3], -1, 1, 1, steps)]);
        var mean = draft.Step("MatMul", [draft.Step("Softmax", scores, ("axis", -1)), Heads(2, 0, 2, 1, 3)]);
        return draft.Reshape(draft.Transpose(mean, 0, 2, 1, 3), -1, steps, width);
    }
}
