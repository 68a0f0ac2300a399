using System.IO.Hashing;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

namespace AutoFlip;

/// <summary>Writes bytes into a buffer that grows; <see cref="Begin"/> and <see cref="Finish"/> make a message of them.</summary>
/// <param name="capacity">Bytes that are probably needed.</param>
sealed class MessageWriter(int capacity = 256)
{
    byte[] _buffer = GC.AllocateUninitializedArray<byte>(Math.Max(capacity, Message.HeaderLength));

    /// <summary>Bytes written so far.</summary>
    public int Length { get; private set; }

    /// <summary>The bytes written so far; valid until the next write.</summary>
    public ReadOnlyMemory<byte> Written => _buffer.AsMemory(0, Length);

    /// <summary>Starts a message of that kind.</summary>
    public static MessageWriter Begin(MessageKind kind, int bodyCapacity = 256)
    {
        var writer = new MessageWriter(checked(Message.HeaderLength + bodyCapacity + Message.ChecksumLength));
        writer.Write(Message.Magic);
        writer.Write(Message.Version);
        writer.Write((byte)kind);
        writer.Write((ushort)0);
        return writer;
    }

    public void Write<T>(T value) where T : unmanaged => MemoryMarshal.Write(Take(Unsafe.SizeOf<T>()), value);

    public void Write(string text)
    {
        var length = Encoding.UTF8.GetByteCount(text);
        Write(checked((ushort)length));
        Encoding.UTF8.GetBytes(text, Take(length));
    }

    public void Write(ReadOnlySpan<byte> bytes) => bytes.CopyTo(Take(bytes.Length));

    /// <summary>The next <paramref name="length"/> bytes, to be filled by the caller before the next write.</summary>
    public Span<byte> Take(int length)
    {
        var span = Room(length)[..length];
        Length += length;
        return span;
    }

    /// <summary>At least <paramref name="length"/> bytes behind what is written, of which <see cref="Advance"/> takes some.</summary>
    public Span<byte> Room(int length)
    {
        if (length > _buffer.Length - Length)
        {
            if (length > Message.MaxLength - Length)
                throw AutoFlipException.RunFailed(
                    "A message would have more than 2,000 MB, which are the most. Choose a smaller model, or fewer bytes a value with "
                    + "Experiment.WireDown and Experiment.WireUp.");
            var larger = GC.AllocateUninitializedArray<byte>(Math.Max(
                Length + length, (int)Math.Min(2L * _buffer.Length, Message.MaxLength)));
            _buffer.AsSpan(0, Length).CopyTo(larger);
            _buffer = larger;
        }
        return _buffer.AsSpan(Length);
    }

    /// <summary>Counts bytes of <see cref="Room"/> as written.</summary>
    public void Advance(int length) => Length += length;

    /// <summary>Adds the checksum and gives the message away.</summary>
    public ReadOnlyMemory<byte> Finish()
    {
        Write(XxHash3.HashToUInt64(Written.Span));
        return Written;
    }
}
