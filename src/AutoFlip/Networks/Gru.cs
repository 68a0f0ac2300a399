namespace AutoFlip;

/// <summary>Gated recurrent unit. Gate blocks in the order r, z, n.</summary>
/// <inheritdoc/>
/// <remarks>
/// r, z = sigmoid(W_i x + b_i + W_h h + b_h) with their own rows; n = tanh(W_in x + b_in + r (W_hn h + b_hn)); h &lt;- (1 - z) n + z h.
/// <para>A cell whose rows and offsets are 0 stays at 0 for all time, so it can be removed: r = z = 1/2, n = tanh(0 + 0/2) = 0, hence
/// h = 0/2 + h/2 = 0 from h = 0 at the start.</para>
/// <para>Source: Cho et al. 2014, arXiv:1406.1078. Differs, as PyTorch does: r scales the product with h instead of h.</para>
/// </remarks>
public sealed record Gru(int Hidden, int Index = 0) : Recurrent(Hidden, Index)
{
    private protected override int Gates => 3;

    private protected override string Function => "gru";

    /// <summary>ONNX orders z, r, n, and scales h itself unless linear_before_reset is set.</summary>
    internal override string Export(OnnxDraft draft) => Export(draft, "GRU", [1, 0, 2], ("linear_before_reset", 1));
}
