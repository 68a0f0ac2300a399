using System.Collections.Immutable;
using static TorchSharp.torch;

namespace AutoFlip;

/// <summary>One recurrent layer over a sequence, [N, T, F] to [N, T, Hidden], from a state of zeros; with PyTorch's tensors,
/// gate blocks and formulas.</summary>
/// <param name="Hidden">Cells: the units that this layer makes.</param>
/// <param name="Index">Its place in a stack of layers that share a name: tensors end in <c>_l0</c>, <c>_l1</c>, and so on.</param>
/// <remarks>
/// With g gates the tensors are weight_ih [g*Hidden, F], weight_hh [g*Hidden, Hidden], bias_ih and bias_hh [g*Hidden]; gate k owns rows
/// k*Hidden .. (k+1)*Hidden - 1. A cell is one row of each gate in all four, and one column of weight_hh and of every layer that reads
/// the output.
/// <para>torch has these layers as functions, but TorchSharp passes on only its modules, which own their weights. TorchScript reaches the
/// functions, so that the layer computes on views of the flat vector like any other, as fast as the module and with its very bits.</para>
/// </remarks>
public abstract record Recurrent(int Hidden, int Index) : Layer
{
    static readonly Lazy<jit.CompilationUnit> Functions = new(() => jit.compile("""
        def lstm(x, w_ih, w_hh, b_ih, b_hh, training: bool):
            zero = torch.zeros([1, x.size(0), w_hh.size(1)], dtype=x.dtype, device=x.device)
            y, h, c = torch.lstm(x, [zero, zero], [w_ih, w_hh, b_ih, b_hh], True, 1, 0.0, training, False, True)
            return y

        def gru(x, w_ih, w_hh, b_ih, b_hh, training: bool):
            zero = torch.zeros([1, x.size(0), w_hh.size(1)], dtype=x.dtype, device=x.device)
            y, h = torch.gru(x, zero, [w_ih, w_hh, b_ih, b_hh], True, 1, 0.0, training, False, True)
            return y

        """));

    /// <summary>Gate blocks of every tensor.</summary>
    private protected abstract int Gates { get; }

    /// <summary>Name of the function that computes it.</summary>
    private protected abstract string Function { get; }

    internal override Features Draft(LayerDraft draft)
    {
        var (steps, features) = draft.Sequence();
        var cells = draft.NewUnits(Hidden);
        ImmutableArray<UnitSpan> gates = [.. Enumerable.Repeat(cells[0], Gates)];
        var rows = Gates * Hidden;
        draft.Tensor("weight_ih", TensorRole.Weight, [rows, features], (0, gates), (1, draft.Input.Units));
        draft.Tensor("weight_hh", TensorRole.Weight, [rows, Hidden], (0, gates), (1, cells));
        draft.Tensor("bias_ih", TensorRole.Bias, [rows], (0, gates));
        draft.Tensor("bias_hh", TensorRole.Bias, [rows], (0, gates));
        draft.Macs = (long)steps * rows * (features + Hidden);
        return new Features([steps, Hidden], cells);
    }

    internal override Tensor Run(in LayerRun run) => Functions.Value.invoke<Tensor>(
        Function, run.Input, run.Tensors[0], run.Tensors[1], run.Tensors[2], run.Tensors[3], run.Training);

    /// <summary>The standard's operator: the step's axis comes first, gate blocks have its own order, the two
    /// offsets lie in one tensor.</summary>
    /// <param name="draft">Where it goes.</param>
    /// <param name="type">The operator.</param>
    /// <param name="gates">Our gate blocks in the operator's order.</param>
    /// <param name="settings">Further attributes.</param>
    private protected string Export(OnnxDraft draft, string type, int[] gates, params ImmutableArray<(string, OnnxSetting)> settings)
    {
        IEnumerable<ReadOnlyMemory<float>> Blocks(int tensor)
        {
            var values = draft.Values(tensor);
            return gates.Select(gate => values.Slice(gate * (values.Length / Gates), values.Length / Gates));
        }
        var rows = Gates * Hidden;
        var output = draft.Step(
            type,
            [
                draft.Transpose(draft.Input, 1, 0, 2), // [T, N, F]
                draft.Rearranged("W", TensorRole.Weight, [1, rows, draft.InputShape[1]], [.. Blocks(0)]),
                draft.Rearranged("R", TensorRole.Weight, [1, rows, Hidden], [.. Blocks(1)]),
                draft.Rearranged("B", TensorRole.Bias, [1, 2 * rows], [.. Blocks(2), .. Blocks(3)]),
            ],
            [("hidden_size", Hidden), .. settings]); // [T, 1, N, Hidden]
        return draft.Transpose(draft.Step("Squeeze", [output, draft.Integers(1)]), 1, 0, 2);
    }

    /// <summary>Everything, offsets included, uniform between -b and b with b = 1 / sqrt(Hidden): PyTorch's default. The reference's
    /// schemes leave recurrent layers alone.</summary>
    internal override void Start(int tensor, TensorEntry entry, Span<float> values, Initializer scheme, double gain, KeyedRandom random)
    {
        var bound = 1 / Math.Sqrt(Hidden);
        foreach (ref var value in values) value = (float)random.NextDouble(-bound, bound);
    }

    /// <summary>Layer 1 of the stack <c>features.1</c> is the node <c>features.1_l1</c>; PyTorch calls its tensor
    /// <c>features.1.bias_ih_l1</c>.</summary>
    internal override string TensorName(string node, string suffix)
    {
        var layer = $"_l{Index}";
        return $"{(node.EndsWith(layer, StringComparison.Ordinal) ? node[..^layer.Length] : node)}.{suffix}{layer}";
    }

    internal override Layer WithChannels(int channels) => this with { Hidden = channels };
}
