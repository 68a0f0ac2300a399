using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;

namespace AutoFlip;

/// <summary>TensorFlow's record format: length, its checksum, data, their checksum; all little-endian.</summary>
static class TfRecord
{
    /// <summary>Frames data as one record: 16 bytes more.</summary>
    public static byte[] Frame(ReadOnlySpan<byte> data)
    {
        var record = new byte[8 + 4 + data.Length + 4];
        BinaryPrimitives.WriteInt64LittleEndian(record, data.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(record.AsSpan(8), Masked(Crc32C(record.AsSpan(0, 8))));
        data.CopyTo(record.AsSpan(12));
        BinaryPrimitives.WriteUInt32LittleEndian(record.AsSpan(12 + data.Length), Masked(Crc32C(data)));
        return record;
    }

    /// <summary>CRC-32C (Castagnoli, RFC 3720).</summary>
    internal static uint Crc32C(ReadOnlySpan<byte> data)
    {
        var crc = uint.MaxValue;
        var words = MemoryMarshal.Cast<byte, ulong>(data);
        foreach (var word in words)
            crc = BitOperations.Crc32C(crc, BitConverter.IsLittleEndian ? word : BinaryPrimitives.ReverseEndianness(word));
        foreach (var rest in data[(8 * words.Length)..]) crc = BitOperations.Crc32C(crc, rest);
        return ~crc;
    }

    /// <summary>The format's mask: checksums of data that hold checksums would be weak.</summary>
    static uint Masked(uint crc) => BitOperations.RotateRight(crc, 15) + 0xA282EAD8;
}
