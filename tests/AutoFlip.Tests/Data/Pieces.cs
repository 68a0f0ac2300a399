namespace AutoFlip.Tests;

/// <summary>A stream that gives at most so many bytes at a time.</summary>
sealed class Pieces(byte[] bytes, int piece) : MemoryStream(bytes)
{
    public override int Read(Span<byte> buffer) => base.Read(buffer[..Math.Min(buffer.Length, piece)]);

    public override int Read(byte[] buffer, int offset, int count) => base.Read(buffer, offset, Math.Min(count, piece));
}
