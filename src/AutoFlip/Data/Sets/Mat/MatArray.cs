using System.Runtime.InteropServices;

namespace AutoFlip;

/// <summary>An array of real numbers as a MAT file holds it.</summary>
/// <param name="Sizes">By axis; the first axis varies fastest.</param>
/// <param name="Type">How the values are stored: 1 int8, 2 uint8, 3 int16, 4 uint16, 5 int32, 6 uint32, 7 single, 9 double. It may be a
/// smaller type than the array's own.</param>
/// <param name="Bytes">The values, little-endian.</param>
sealed record MatArray(int[] Sizes, int Type, byte[] Bytes)
{
    /// <summary>True if the number of values matches the sizes.</summary>
    public bool IsWhole =>
        Width > 0 && Sizes.All(size => size >= 0) && Sizes.Aggregate((Int128)Width, (product, size) => product * size) == Bytes.Length;

    /// <summary>True if values are stored as unsigned bytes.</summary>
    public bool AreBytes => Type == 2;

    int Width => Type switch { 1 or 2 => 1, 3 or 4 => 2, 5 or 6 or 7 => 4, 9 => 8, _ => 0 };

    /// <summary>The values as whole numbers; those with a fraction, or too large, become -1.</summary>
    public int[] Integers()
    {
        return Type switch
        {
            1 => From<sbyte>(),
            2 => From<byte>(),
            3 => From<short>(),
            4 => From<ushort>(),
            5 => From<int>(),
            6 => From<uint>(),
            7 => From<float>(),
            _ => From<double>(),
        };

        int[] From<T>() where T : unmanaged, System.Numerics.INumber<T>
        {
            var values = MemoryMarshal.Cast<byte, T>(Bytes);
            var integers = new int[values.Length];
            for (var i = 0; i < integers.Length; i++)
            {
                var value = double.CreateChecked(values[i]);
                integers[i] = value == Math.Floor(value) && Math.Abs(value) <= int.MaxValue ? (int)value : -1;
            }
            return integers;
        }
    }
}
