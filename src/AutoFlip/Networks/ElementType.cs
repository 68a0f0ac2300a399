using static TorchSharp.torch;

namespace AutoFlip;

/// <summary>Number type of networks and optimisers.</summary>
static class ElementType
{
    /// <summary>torch's name of float or double.</summary>
    /// <exception cref="NotSupportedException">It is another type.</exception>
    public static ScalarType Of<T>() => typeof(T) == typeof(float) ? ScalarType.Float32
        : typeof(T) == typeof(double) ? ScalarType.Float64
        : throw new NotSupportedException($"AutoFlip computes in float or double, not in {typeof(T).Name}.");
}
