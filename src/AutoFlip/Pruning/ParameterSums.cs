using static TorchSharp.torch;

namespace AutoFlip;

/// <summary>Sums over the steps of a training, one per parameter, where the gradients are: on the host or on a device.</summary>
/// <param name="parameters">How many.</param>
/// <remarks>Memory: one float per parameter, from the first use on.</remarks>
sealed class ParameterSums(int parameters)
{
    readonly Lazy<float[]> _sums = new(() => new float[parameters]);
    Tensor? _there;

    /// <summary>The sums on the host; those of a device are fetched, and end there.</summary>
    public float[] Values
    {
        get
        {
            if (_there is null) return _sums.Value;
            HostCopy.Read<float>(_there, _sums.Value);
            _there.Dispose();
            _there = null;
            return _sums.Value;
        }
    }

    /// <summary>Adds a step's numbers on their device.</summary>
    /// <param name="numbers">float32 [parameters]. Borrowed, within a dispose scope.</param>
    public void Add(Tensor numbers)
    {
        _there ??= zeros_like(numbers).DetachFromDisposeScope();
        _there.add_(numbers, Scalars.One);
    }
}
