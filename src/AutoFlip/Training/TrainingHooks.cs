using static TorchSharp.torch;

namespace AutoFlip;

/// <summary>Hooks of a training, each in a form for the host and perhaps in one for devices, which gives the same bits.</summary>
/// <param name="Adjust">Changes gradients before each step.</param>
/// <param name="AfterStep">Changes parameters after each step.</param>
/// <param name="AdjustThere">The first on a device; null: the first on copies.</param>
/// <param name="AfterStepThere">The second on a device; null: the second on copies.</param>
readonly record struct TrainingHooks(
    GradientHook? Adjust = null, StepHook? AfterStep = null, DeviceHook? AdjustThere = null, DeviceHook? AfterStepThere = null);

/// <summary>A hook where the tensors are, which waits for nothing. Within a dispose scope, and without a graph.</summary>
/// <param name="parameters">float32 [parameters].</param>
/// <param name="gradients">float32 [parameters].</param>
/// <param name="vectors">Vectors of the host.</param>
/// <returns>False leaves it to the form for the host.</returns>
delegate bool DeviceHook(Tensor parameters, Tensor gradients, DeviceVectors vectors);

/// <summary>Vectors of the host that hooks read on a device: each is sent once per training.</summary>
/// <param name="device">Where to.</param>
sealed class DeviceVectors(ComputeDevice device) : IDisposable
{
    readonly Dictionary<object, Tensor> _sent = new(ReferenceEqualityComparer.Instance);

    /// <summary>The tensor of an array, which must stay as it is.</summary>
    public Tensor Of(float[] vector) => Of(vector, vector);

    /// <summary>The tensor of a model's parameters.</summary>
    public Tensor Of(Weights weights) => Of(weights, weights.Parameters);

    /// <summary>Forgets all of them: another training begins.</summary>
    public void Clear()
    {
        foreach (var tensor in _sent.Values) tensor.Dispose();
        _sent.Clear();
    }

    /// <inheritdoc/>
    public void Dispose() => Clear();

    Tensor Of(object key, ReadOnlySpan<float> values)
    {
        if (_sent.TryGetValue(key, out var known)) return known;
        using var host = empty(values.Length, ScalarType.Float32);
        HostCopy.Write(values, host);
        return _sent[key] = device.Send(host).DetachFromDisposeScope();
    }
}
