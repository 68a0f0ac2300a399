using System.Collections.Concurrent;
using TorchSharp;

namespace AutoFlip;

/// <summary>Numbers that operations of torch take, kept for as long as the program runs.</summary>
/// <remarks>TorchSharp passes the native object of a <see cref="Scalar"/> to libtorch and does not keep the scalar alive meanwhile. One
/// made for a single call may therefore be finalized while libtorch reads it, and the operation fails or computes with another number. So
/// no layer converts a number in a call, or calls an operation that does so inside, as the sum of two tensors does.</remarks>
static class Scalars
{
    static readonly ConcurrentDictionary<double, Scalar> Reals = new();

    /// <summary>0, as a whole number.</summary>
    public static Scalar Zero { get; } = 0;

    /// <summary>1, as a whole number.</summary>
    public static Scalar One { get; } = 1;

    /// <summary>A real number.</summary>
    public static Scalar Of(double number) => Reals.GetOrAdd(number, value => value);
}
