using System.Buffers;
using System.Text;
using System.Text.Unicode;

namespace AutoFlip;

/// <summary>The one way in which text files of users and of data sets are opened: strictly, so that no letter turns into another.</summary>
/// <remarks>UTF-8, with or without a byte order mark; UTF-16 where a byte order mark announces it; any other encoding by name.</remarks>
static class TextInput
{
    /// <summary>The default encoding of files.</summary>
    public const string Usual = "utf-8";

    /// <summary>Names for messages; every other encoding of .NET is accepted too.</summary>
    public const string Accepted = "utf-8, utf-16, latin1, windows-1252 or another name of the IANA registry";

    /// <summary>The remedy for a user's file in another encoding.</summary>
    public const string OptionRemedy = "Save it as UTF-8, or name its encoding, as in Experiment.Encoding latin1 or Experiment.Encoding "
        + "windows-1252";

    static TextInput() => Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);

    /// <summary>The encoding of a name, which refuses what it cannot decode; null if there is none of that name.</summary>
    public static Encoding? Find(string name)
    {
        try
        {
            return Encoding.GetEncoding(name, EncoderFallback.ExceptionFallback, DecoderFallback.ExceptionFallback);
        }
        catch (ArgumentException)
        {
            return null;
        }
    }

    /// <summary>Opens a text.</summary>
    /// <param name="content">Its bytes. Closed with the reader.</param>
    /// <param name="path">The file, for messages.</param>
    /// <param name="encoding">A name accepted by <see cref="Find"/>; <see cref="Usual"/> by default.</param>
    /// <param name="remedy">What to do about a file in another encoding, as the end of a sentence.</param>
    /// <returns>A reader that throws <see cref="AutoFlipException"/> (exit 3), naming line and byte, where UTF-8 is not valid.</returns>
    public static StreamReader Open(Stream content, string path, string encoding = Usual, string remedy = "Save it as UTF-8")
    {
        var chosen = Find(encoding) ?? throw AutoFlipException.BadRequest(ApiNames.Refusal("Experiment.Encoding", encoding, Accepted));
        var start = new byte[2];
        var read = content.ReadAtLeast(start, start.Length, throwOnEndOfStream: false);
        var isUtf16 = read == 2 && start is [0xFF, 0xFE] or [0xFE, 0xFF];
        var isUtf8 = chosen.CodePage == Encoding.UTF8.CodePage;
        var stream = new TextStream(start.AsMemory(0, read), content, isUtf8 && !isUtf16 ? path : null, remedy);
        return new StreamReader(stream, isUtf16 ? Find("utf-16")! : chosen, detectEncodingFromByteOrderMarks: true);
    }

    /// <summary>Bytes on their way to a decoder: some that were read ahead, then a stream's. UTF-8 is checked as it passes.</summary>
    sealed class TextStream(ReadOnlyMemory<byte> ahead, Stream inner, string? path, string remedy) : Stream
    {
        readonly byte[] _cut = new byte[4]; // the beginning of a character that the last piece ended in
        int _cutLength;
        long _bytes, _lines;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override int Read(Span<byte> buffer)
        {
            int read;
            if (ahead.IsEmpty) read = inner.Read(buffer);
            else
            {
                read = Math.Min(ahead.Length, buffer.Length);
                ahead.Span[..read].CopyTo(buffer);
                ahead = ahead[read..];
            }
            if (path is not null && buffer[..read].IndexOf((byte)0) is >= 0 and var zero)
                throw AutoFlipException.BadData(
                    $"'{path}', line {_lines + buffer[..zero].Count((byte)'\n') + 1}: there is a zero byte: this is no text.");
            if (path is not null) Check(buffer[..read], atEnd: read == 0 && buffer.Length > 0);
            return read;
        }

        public override void Flush() { }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            if (disposing) inner.Dispose();
            base.Dispose(disposing);
        }

        void Check(ReadOnlySpan<byte> piece, bool atEnd)
        {
            while (_cutLength > 0 && !piece.IsEmpty)
            {
                _cut[_cutLength++] = piece[0];
                piece = piece[1..];
                var status = Rune.DecodeFromUtf8(_cut.AsSpan(0, _cutLength), out _, out _);
                if (status == OperationStatus.NeedMoreData) continue;
                if (status == OperationStatus.InvalidData) throw Bad(_cut[0]);
                _bytes += _cutLength;
                _cutLength = 0;
            }
            if (_cutLength > 0)
            {
                if (atEnd) throw Bad(_cut[0]);
                return;
            }
            if (Utf8.IsValid(piece))
            {
                Pass(piece);
                return;
            }
            while (!piece.IsEmpty)
            {
                var status = Rune.DecodeFromUtf8(piece, out _, out var length);
                if (status == OperationStatus.InvalidData) throw Bad(piece[0]);
                if (status == OperationStatus.NeedMoreData)
                {
                    piece.CopyTo(_cut);
                    _cutLength = piece.Length;
                    return;
                }
                Pass(piece[..length]);
                piece = piece[length..];
            }
        }

        void Pass(ReadOnlySpan<byte> valid)
        {
            _bytes += valid.Length;
            _lines += valid.Count((byte)'\n');
        }

        AutoFlipException Bad(byte what) => AutoFlipException.BadData(
            $"'{path}', line {_lines + 1}: byte {_bytes + 1} of the file (0x{what:X2}) is not UTF-8. {remedy}.");
    }
}
