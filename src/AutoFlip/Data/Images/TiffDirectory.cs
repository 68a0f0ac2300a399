using System.Buffers.Binary;

namespace AutoFlip;

/// <summary>The fields of a TIFF file's first image: of each its count, its first and its largest value.</summary>
/// <remarks>TIFF 6.0, section 2, without BigTIFF, which has another magic number. Values that are no whole numbers count as 0.</remarks>
sealed class TiffDirectory
{
    const int MostFields = 1000, EntryLength = 12;

    readonly Dictionary<int, (long Count, long First, long Largest)> _fields = [];

    /// <summary>Reads the directory.</summary>
    /// <param name="path">The file, for messages.</param>
    /// <param name="bytes">The whole file, which begins as a TIFF.</param>
    /// <exception cref="AutoFlipException">It is missing, a field lies outside of the file, or is there twice (exit 3).</exception>
    public TiffDirectory(string path, ReadOnlySpan<byte> bytes)
    {
        var isLittle = bytes[0] == 'I';
        var start = bytes.Length < 8 ? 0 : Number(bytes, 4, 4);
        var count = start >= 8 && start + 2 <= bytes.Length ? Number(bytes, start, 2) : 0;
        if (count > MostFields) throw Bad($"the directory of its image has {count} fields; accepted are up to {MostFields}");
        if (count == 0 || start + 2 + EntryLength * count > bytes.Length) throw Bad("its directory is missing: it is truncated or damaged");
        for (var at = start + 2; count > 0; count--, at += EntryLength)
        {
            var (tag, type, values) = ((int)Number(bytes, at, 2), Number(bytes, at + 2, 2), Number(bytes, at + 4, 4));
            var width = type switch { 1 or 2 or 6 or 7 => 1, 3 or 8 => 2, 4 or 9 or 11 or 13 => 4, 5 or 10 or 12 => 8, _ => 0 };
            var place = width * values <= 4 ? at + 8 : Number(bytes, at + 8, 4);
            if (place + width * values > bytes.Length) throw Bad($"its field {tag} lies outside of the file: it is truncated or damaged");
            var (first, largest) = (0L, 0L);
            for (var i = 0; i < values && type is 1 or 3 or 4; i++)
            {
                var value = Number(bytes, place + i * width, width);
                (first, largest) = (i == 0 ? value : first, Math.Max(largest, value));
            }
            if (!_fields.TryAdd(tag, (values, first, largest))) throw Bad($"its field {tag} is there twice");
        }

        long Number(ReadOnlySpan<byte> from, long at, int width)
        {
            var value = from[(int)at..];
            return width switch
            {
                1 => value[0],
                2 => isLittle ? BinaryPrimitives.ReadUInt16LittleEndian(value) : BinaryPrimitives.ReadUInt16BigEndian(value),
                _ => isLittle ? BinaryPrimitives.ReadUInt32LittleEndian(value) : BinaryPrimitives.ReadUInt32BigEndian(value),
            };
        }
        AutoFlipException Bad(string why) => AutoFlipException.BadFile(path, why);
    }

    public bool Has(int tag) => _fields.ContainsKey(tag);

    /// <summary>Number of values of a field; 0 if it is missing.</summary>
    public long Count(int tag) => _fields.GetValueOrDefault(tag).Count;

    /// <summary>The first value of a field, or what stands for it where it is missing.</summary>
    public long First(int tag, long otherwise) => _fields.TryGetValue(tag, out var field) ? field.First : otherwise;

    /// <summary>The largest value of a field; 0 if it is missing.</summary>
    public long Largest(int tag) => _fields.GetValueOrDefault(tag).Largest;
}
