using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace AutoFlip;

/// <summary>Reads arrays of numbers from MAT files of version 5 (MATLAB 5 to 7), little-endian, compressed or not.</summary>
/// <remarks>
/// The file is a header of 128 bytes and elements, each a type, a length and content. An array is an element of elements: flags, sizes,
/// name, values; or such an element compressed with zlib. Other kinds of arrays (cells, structures, text) are passed over. Memory grows
/// with what is really in the file, not with the lengths that it claims, and up to a bound.
/// <para>Source: MathWorks, MAT-File Format, R2023a. Version 7.3 is another format (HDF5), and refused.</para>
/// </remarks>
static class MatReader
{
    const int Matrix = 14, Compressed = 15;
    const int Facts = 4096; // most bytes of an array's flags, sizes or name

    /// <summary>Reads arrays by name.</summary>
    /// <param name="content">The file; read to its end.</param>
    /// <param name="file">Its name, for messages.</param>
    /// <param name="most">Most bytes of such an array: a small compressed file can hold any number of zeros.</param>
    /// <param name="wanted">The arrays that must be there.</param>
    /// <exception cref="AutoFlipException">It is not such a file, or an array is missing or too long (exit 3).</exception>
    public static IReadOnlyDictionary<string, MatArray> Read(Stream content, string file, long most, params string[] wanted)
    {
        Span<byte> header = stackalloc byte[128];
        if (content.ReadAtLeast(header, 128, throwOnEndOfStream: false) < 128)
            throw AutoFlipException.BadFile(file, "it ends within its header");
        if (header.StartsWith("MATLAB 7.3"u8)) throw AutoFlipException.BadFile(file, "it is of MATLAB 7.3 (HDF5): save it with -v7");
        if (!header.StartsWith("MATLAB 5"u8) || BinaryPrimitives.ReadUInt16LittleEndian(header[124..]) != 0x0100
            || !header[126..].SequenceEqual("IM"u8))
            throw AutoFlipException.BadFile(file, "it does not start like a little-endian MAT file of version 5");

        var arrays = new Dictionary<string, MatArray>(StringComparer.Ordinal);
        var elements = new Elements(content, file);
        while (elements.Next(atTop: true) is { } element)
        {
            if (element.Type == Compressed)
            {
                using var part = new Part(content, element.Length);
                using var inflated = new ZLibStream(part, CompressionMode.Decompress);
                var inner = new Elements(inflated, file);
                if (inner.Next(atTop: true) is { Type: Matrix } compressed) Add(inner, compressed.Length);
                inflated.CopyTo(Stream.Null); // to where zlib checks its checksum
                part.CopyTo(Stream.Null);
                if (part.Left > 0) throw AutoFlipException.BadFile(file, "it ends within an array");
            }
            else if (element.Type == Matrix)
            {
                Add(elements, element.Length);
            }
            else
            {
                elements.Skip(element);
            }
        }
        foreach (var name in wanted)
            if (!arrays.ContainsKey(name)) throw AutoFlipException.BadFile(file, $"it has no array of numbers named {name}");
        return arrays;

        void Add(Elements source, long length)
        {
            if (source.Array(length, wanted, most) is { } array) arrays[array.Name] = array.Content;
        }
    }

    /// <summary>The elements of a file, or of an array.</summary>
    sealed class Elements(Stream content, string file)
    {
        readonly byte[] _tag = new byte[8];
        byte[]? _small;

        /// <summary>The next element's type and length; null at the end of the file.</summary>
        public (int Type, long Length)? Next(bool atTop)
        {
            var got = content.ReadAtLeast(_tag, 8, throwOnEndOfStream: false);
            if (got == 0 && atTop) return null;
            if (got < 8) throw AutoFlipException.BadFile(file, "it ends within an element");
            var type = BinaryPrimitives.ReadInt32LittleEndian(_tag);
            _small = type >> 16 is > 0 and <= 4 and var length ? _tag[4..(4 + length)] : null; // up to 4 bytes lie in the tag itself
            return _small is null ? (type, BinaryPrimitives.ReadUInt32LittleEndian(_tag.AsSpan(4))) : (type & 0xFFFF, _small.Length);
        }

        /// <summary>The content of the element just met, with what fills it up to 8 bytes passed over.</summary>
        public byte[] Content((int Type, long Length) element, long most)
        {
            if (_small is not null) return _small;
            if (element.Length > most)
                throw AutoFlipException.BadFile(file, $"an array of it claims {element.Length} bytes, and the data set has at most {most}");
            var read = new byte[Math.Min(element.Length, 1 << 20)];
            var got = 0;
            while (true)
            {
                got += content.ReadAtLeast(read.AsSpan(got), read.Length - got, throwOnEndOfStream: false);
                if (got < read.Length)
                    throw AutoFlipException.BadFile(file, $"it is truncated: {got} of {element.Length} bytes of an array are there");
                if (got == element.Length) break;
                System.Array.Resize(ref read, (int)Math.Min(element.Length, 2L * got));
            }
            Fill(element.Length);
            return read;
        }

        /// <summary>Passes over the element just met.</summary>
        public void Skip((int Type, long Length) element)
        {
            if (_small is not null) return;
            using (var part = new Part(content, element.Length))
            {
                part.CopyTo(Stream.Null);
                if (part.Left > 0) throw AutoFlipException.BadFile(file, "it ends within an element");
            }
            Fill(element.Length);
        }

        /// <summary>The array whose element was just met; null, and passed over, if it is not wanted or not one of real numbers.</summary>
        public (string Name, MatArray Content)? Array(long length, string[] wanted, long most)
        {
            if (length == 0) return null;
            var flags = Content(Expect(6, "flags"), Facts);
            if (flags.Length != 8) throw AutoFlipException.BadFile(file, "an array of it has no proper flags");
            var sizes = Content(Expect(5, "sizes"), Facts);
            if (sizes.Length is < 8 or > 64 || sizes.Length % 4 != 0)
                throw AutoFlipException.BadFile(file, "an array of it has no proper sizes");
            var named = Expect(1, "name");
            var rest = length - 16 - 8 - Padded(sizes.Length) - (_small is not null ? 8 : 8 + Padded(named.Length));
            var name = Encoding.ASCII.GetString(Content(named, Facts));
            var isReal = flags[0] is >= 6 and <= 15 && (flags[1] & 0x08) == 0;
            if (!isReal || !wanted.Contains(name))
            {
                _small = null; // what is left of the array is no element of its own
                Skip((0, Math.Max(rest, 0)));
                return null;
            }
            var values = Next(atTop: false)!.Value;
            var array = new MatArray(
                [.. Enumerable.Range(0, sizes.Length / 4).Select(i => BinaryPrimitives.ReadInt32LittleEndian(sizes.AsSpan(4 * i)))],
                values.Type, Content(values, most));
            return array.IsWhole ? (name, array) : throw AutoFlipException.BadFile(file, $"its array {name} has other sizes than values");
        }

        (int Type, long Length) Expect(int type, string what)
        {
            var element = Next(atTop: false)!.Value;
            return element.Type == type && element.Length <= Facts
                ? element
                : throw AutoFlipException.BadFile(file, $"an array of it has no {what} where they should be");
        }

        void Fill(long length)
        {
            Span<byte> filling = stackalloc byte[8];
            filling = filling[..(int)(Padded(length) - length)];
            content.ReadAtLeast(filling, filling.Length, throwOnEndOfStream: false);
        }

        static long Padded(long length) => (length + 7) / 8 * 8;
    }

    /// <summary>The next bytes of a stream, as a stream.</summary>
    sealed class Part(Stream content, long length) : Stream
    {
        public long Left { get; private set; } = length;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override int Read(Span<byte> buffer)
        {
            var got = content.Read(buffer[..(int)Math.Min(buffer.Length, Left)]);
            Left -= got;
            return got;
        }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override void Flush() { }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
