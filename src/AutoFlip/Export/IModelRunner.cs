using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace AutoFlip;

/// <summary>Computes a saved model, with any library. One thread at a time.</summary>
public interface IModelRunner : IDisposable
{
    /// <summary>The card of the model.</summary>
    ModelCard Card { get; }

    /// <summary>The experiment that trained the model; null if unknown.</summary>
    Experiment? Experiment { get; }

    /// <summary>Computes a batch.</summary>
    /// <param name="samples">[count, C, H, W], row by row.</param>
    /// <param name="count">How many, at least one.</param>
    /// <returns>[count, outputs], or [count, steps, outputs].</returns>
    float[] Run(float[] samples, int count);
}

/// <summary>Computes with the engine's own network, as evaluation does.</summary>
/// <param name="model">The model.</param>
public sealed class NetworkRunner(SavedModel model) : IModelRunner
{
    readonly NetworkModule<float> _module = Loaded(model);

    /// <inheritdoc/>
    public ModelCard Card => model.Card;

    /// <inheritdoc/>
    public Experiment? Experiment => model.Experiment;

    /// <inheritdoc/>
    public float[] Run(float[] samples, int count)
    {
        using var scope = NewDisposeScope();
        var shape = model.Network.Input;
        // in memory of libtorch: an array lies anywhere, and sums are rounded by where they begin
        var input = empty([count, shape.Channels, shape.Height, shape.Width], ScalarType.Float32);
        samples.CopyTo(MemoryMarshal.Cast<byte, float>(input.bytes));
        var outputs = _module.Forward(input, training: false).contiguous();
        return MemoryMarshal.Cast<byte, float>(outputs.bytes).ToArray();
    }

    /// <inheritdoc/>
    public void Dispose() => _module.Dispose();

    static NetworkModule<float> Loaded(SavedModel model)
    {
        LibTorch.Require();
        var module = new NetworkModule<float>(model.Network);
        model.Weights.Values.CopyTo(module.Values);
        return module;
    }
}
