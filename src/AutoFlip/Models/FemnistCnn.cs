namespace AutoFlip;

/// <summary>FEMNISTCNN: TwoCNN with a hidden layer of 2048.</summary>
/// <remarks>Source: Caldas et al. 2018, arXiv:1812.01097 (LEAF), the network for FEMNIST. Differs as <see cref="TwoCnn"/> does.</remarks>
public static class FemnistCnn
{
    /// <inheritdoc cref="ModelFactory"/>
    public static Network Create(SampleShape input, int outputs, ModelOptions options) =>
        TwoCnn.Create("FEMNISTCNN", 2048, input, outputs, options);
}
