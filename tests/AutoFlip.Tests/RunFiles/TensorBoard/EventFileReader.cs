using System.Text;

namespace AutoFlip.Tests;

/// <summary>Reads event files with nothing of the program: records by the format's description, checksums bit by bit, messages
/// by protobuf's wire rules.</summary>
static class EventFileReader
{
    /// <summary>An event: the fields that matter of tensorflow.Event and of the Summary in it.</summary>
    public sealed record Event(double WallTime, long Step, string? FileVersion, IReadOnlyList<(string Tag, float Value)> Values);

    /// <summary>All events; fails where a checksum is wrong or bytes are left over.</summary>
    public static List<Event> Read(string path)
    {
        var events = new List<Event>();
        ReadOnlySpan<byte> bytes = File.ReadAllBytes(path);
        while (bytes.Length > 0)
        {
            var length = (int)BitConverter.ToInt64(bytes[..8]);
            Assert.Equal(Masked(bytes[..8]), BitConverter.ToUInt32(bytes[8..]));
            var data = bytes.Slice(12, length);
            Assert.Equal(Masked(data), BitConverter.ToUInt32(bytes[(12 + length)..]));
            events.Add(ReadEvent(data));
            bytes = bytes[(16 + length)..];
        }
        return events;
    }

    /// <summary>CRC-32C as RFC 3720 describes it: reflected, polynomial 0x1EDC6F41, one bit at a time.</summary>
    public static uint Crc32C(ReadOnlySpan<byte> data)
    {
        const uint Reflected = 0x82F63B78; // 0x1EDC6F41 read backwards
        var crc = 0xFFFFFFFF;
        foreach (var one in data)
        {
            crc ^= one;
            for (var bit = 0; bit < 8; bit++) crc = (crc & 1) == 0 ? crc >> 1 : crc >> 1 ^ Reflected;
        }
        return crc ^ 0xFFFFFFFF;
    }

    static uint Masked(ReadOnlySpan<byte> data)
    {
        var crc = Crc32C(data);
        return unchecked((crc >> 15 | crc << 17) + 0xA282EAD8u);
    }

    // Event: 1 wall_time double, 2 step int64, 3 file_version string, 5 summary. Summary: 1 repeated value.
    // Value: 1 tag, 2 simple_value float.
    static Event ReadEvent(ReadOnlySpan<byte> message)
    {
        var fields = Fields(message);
        return new(
            fields.TryGetValue(1, out var time) ? BitConverter.ToDouble(time[0]) : 0,
            fields.TryGetValue(2, out var step) ? BitConverter.ToInt64(step[0]) : 0,
            fields.TryGetValue(3, out var version) ? Encoding.UTF8.GetString(version[0]) : null,
            fields.TryGetValue(5, out var summary) && Fields(summary[0]).TryGetValue(1, out var values)
                ? [.. values.Select(ReadValue)]
                : []);
    }

    static (string, float) ReadValue(byte[] message)
    {
        var fields = Fields(message);
        return (Encoding.UTF8.GetString(fields[1][0]), fields.TryGetValue(2, out var value) ? BitConverter.ToSingle(value[0]) : 0);
    }

    /// <summary>Protobuf's wire format: contents by field number; integers as 8 bytes.</summary>
    static Dictionary<int, List<byte[]>> Fields(ReadOnlySpan<byte> message)
    {
        var fields = new Dictionary<int, List<byte[]>>();
        for (var at = 0; at < message.Length;)
        {
            var key = Varint(message, ref at);
            byte[] content;
            switch (key & 7)
            {
                case 0: content = BitConverter.GetBytes(Varint(message, ref at)); break;
                case 1: content = message.Slice(at, 8).ToArray(); at += 8; break;
                case 5: content = message.Slice(at, 4).ToArray(); at += 4; break;
                case 2:
                    var length = (int)Varint(message, ref at);
                    content = message.Slice(at, length).ToArray();
                    at += length;
                    break;
                default: throw new InvalidDataException($"wire type {key & 7}");
            }
            var number = (int)(key >> 3);
            if (!fields.TryGetValue(number, out var all)) fields[number] = all = [];
            all.Add(content);
        }
        return fields;
    }

    static long Varint(ReadOnlySpan<byte> message, ref int at)
    {
        long value = 0;
        for (var shift = 0; ; shift += 7)
        {
            var next = message[at++];
            value |= (long)(next & 0x7F) << shift;
            if (next < 0x80) return value;
        }
    }
}
