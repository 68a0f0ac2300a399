using TorchSharp;
using static TorchSharp.torch;

namespace AutoFlip;

/// <summary>All parameters of a stretch, as a float32 tensor on whatever device, or one number for all of them.</summary>
/// <remarks>A result belongs to the dispose scope in force. Numbers are on the left or right of a tensor, never beside each other. Each
/// is kept alive during the calls that read it (see <see cref="Scalars"/>).</remarks>
readonly struct Flat : IArithmetic<Flat>
{
    readonly Tensor? _values;
    readonly Scalar? _number;

    /// <summary>The values of parameters.</summary>
    public Flat(Tensor values) => _values = values;

    Flat(Scalar number) => _number = number;

    /// <summary>The values.</summary>
    /// <exception cref="InvalidOperationException">It is one number.</exception>
    public Tensor Values => _values ?? throw new InvalidOperationException("A number stands where the values of parameters are needed.");

    public static Flat Of(double number) => new(((float)number).ToScalar());

    public static Flat operator +(Flat left, Flat right) => new(
        right._number is { } number ? Kept(number, left.Values.add(number, Scalars.One))
        : left._number is { } other ? Kept(other, right.Values.add(other, Scalars.One))
        : left.Values.add(right.Values, Scalars.One));

    public static Flat operator -(Flat left, Flat right) => new(left.Values.sub(right.Values));

    public static Flat operator *(Flat left, Flat right) => new(
        right._number is { } number ? Kept(number, left.Values.mul(number))
        : left._number is { } other ? Kept(other, right.Values.mul(other))
        : left.Values.mul(right.Values));

    public static Flat operator /(Flat left, Flat right) =>
        new(right._number is { } number ? Kept(number, left.Values.div(number)) : left.Values.div(right.Values));

    /// <remarks>Rounded to the nearest: MKL's root for float, which torch uses on the processor, is off by one bit in some cases. That of a
    /// double, rounded to float, is not: no float has a root so near to the middle between two floats.</remarks>
    public static Flat Sqrt(Flat value) => new(value.Values.device_type == DeviceType.CPU
        ? value.Values.to_type(ScalarType.Float64).sqrt().to_type(ScalarType.Float32)
        : value.Values.sqrt());

    /// <summary>The result of a call that has read a number, which stays alive until then.</summary>
    static Tensor Kept(Scalar number, Tensor result)
    {
        GC.KeepAlive(number);
        return result;
    }
}
