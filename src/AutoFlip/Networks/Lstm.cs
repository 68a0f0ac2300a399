namespace AutoFlip;

/// <summary>Long short-term memory. Gate blocks in the order i, f, g, o.</summary>
/// <inheritdoc/>
/// <remarks>
/// i, f, o = sigmoid(W_i x + b_i + W_h h + b_h) with their own rows, g = tanh(the same); c &lt;- f c + i g, h &lt;- o tanh(c).
/// <para>A cell whose rows and offsets are 0 stays at 0 for all time, so it can be removed: g = tanh(0) = 0, hence c = f 0 + i 0 = 0 and
/// h = o tanh(0) = 0, from h = c = 0 at the start.</para>
/// <para>Source: Hochreiter and Schmidhuber 1997, Neural Computation 9; Gers et al. 2000 for the gate f.</para>
/// </remarks>
public sealed record Lstm(int Hidden, int Index = 0) : Recurrent(Hidden, Index)
{
    private protected override int Gates => 4;

    private protected override string Function => "lstm";

    /// <summary>ONNX has i, o, f, g.</summary>
    internal override string Export(OnnxDraft draft) => Export(draft, "LSTM", [0, 3, 1, 2]);
}
