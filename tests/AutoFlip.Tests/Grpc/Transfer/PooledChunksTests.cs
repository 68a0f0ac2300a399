using System.Buffers;
using AutoFlip.Grpc;
using AutoFlip.Grpc.V1;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Core.Interceptors;

namespace AutoFlip.Tests;

public class PooledChunksTests
{
    static Chunk ChunkOf(ulong offset, ulong xxh3, int length) => new()
    {
        Offset = offset,
        Xxh3 = xxh3,
        Data = UnsafeByteOperations.UnsafeWrap(Enumerable.Range(0, length).Select(i => (byte)(i * 7)).ToArray()),
    };

    [Theory]
    [InlineData(0, 5, 100)] // an offset of 0 is left out on the wire
    [InlineData(65536, 0, 100)] // and so is a checksum of 0
    [InlineData(0, 0, 1)]
    [InlineData(3 * 65536, ulong.MaxValue, 65536)]
    public void Chunk_is_read_as_generated_code_reads_it(ulong offset, ulong xxh3, int length)
    {
        var chunk = ChunkOf(offset, xxh3, length);

        foreach (var piece in (int[])[1, 7, int.MaxValue])
        {
            Assert.Equal(chunk, PooledChunks.Read(Pieces(chunk.ToByteArray(), piece), isPart: false));
            Assert.Equal(chunk, PooledChunks.Read(Pieces(new SubmitPart { Chunk = chunk }.ToByteArray(), piece), isPart: true));
        }
    }

    [Fact]
    public void Damaged_part_is_left_to_generated_code_or_read_like_it()
    {
        var bytes = new SubmitPart { Chunk = ChunkOf(65536, 5, 300) }.ToByteArray();
        var (read, left) = (0, 0);

        for (var bit = 0; bit < 8 * bytes.Length; bit++)
        {
            var damaged = bytes.ToArray();
            damaged[bit / 8] ^= (byte)(1 << bit % 8);
            if (PooledChunks.Read(new(damaged), isPart: true) is not { } chunk) left++;
            else
            {
                read++;
                Assert.Equal(SubmitPart.Parser.ParseFrom(damaged).Chunk, chunk);
            }
        }

        Assert.InRange(read, 8 * 300, int.MaxValue); // a bit of the data changes the data only
        Assert.InRange(left, 8 * 3, int.MaxValue); // a bit of a field's number or length
    }

    [Fact]
    public void Anything_but_a_whole_chunk_of_accepted_size_is_left_to_generated_code()
    {
        var bytes = ChunkOf(65536, 5, 300).ToByteArray();

        for (var length = 0; length < bytes.Length; length++) Assert.Null(PooledChunks.Read(new(bytes[..length]), isPart: false));
        Assert.Null(PooledChunks.Read(new([.. bytes, 0]), isPart: false));
        Assert.Null(PooledChunks.Read(new(ChunkOf(0, 5, Chunks.Size + 1).ToByteArray()), isPart: false));
        Assert.Null(PooledChunks.Read(new(new SubmitPart { Header = new() { Session = 1 } }.ToByteArray()), isPart: true));
    }

    [Fact]
    public void Returned_chunk_has_no_data()
    {
        var chunk = PooledChunks.Read(new(ChunkOf(1, 2, 3).ToByteArray()), isPart: false)!;

        chunk.Return();
        chunk.Return(); // its buffer is returned once

        Assert.True(chunk.Data.IsEmpty);
    }

    /// <summary>A channel keeps something for each method object.</summary>
    [Fact]
    public void Calls_of_a_method_have_one_method_object()
    {
        var channel = new Recorder();
        var calls = new Federation.FederationClient(channel.Intercept(new PooledChunkCalls()));

        for (var call = 0; call < 3; call++)
        {
            Assert.Throws<NotSupportedException>(() => calls.Fetch(new FetchRequest()));
            Assert.Throws<NotSupportedException>(() => calls.Watch(new WatchRequest()));
        }

        Assert.Equal((6, 2), (channel.Methods.Count, channel.Methods.ToHashSet(ReferenceEqualityComparer.Instance).Count));
    }

    /// <summary>Keeps the methods of calls, and makes none.</summary>
    sealed class Recorder : NoCalls
    {
        public List<object> Methods { get; } = [];

        public override AsyncServerStreamingCall<TResponse> AsyncServerStreamingCall<TRequest, TResponse>(
            Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request)
        {
            Methods.Add(method);
            throw new NotSupportedException();
        }
    }

    static ReadOnlySequence<byte> Pieces(byte[] bytes, int length)
    {
        var first = new Piece(bytes.AsMemory(0, Math.Min(length, bytes.Length)), 0);
        var last = first;
        for (var at = first.Memory.Length; at < bytes.Length; at += length)
            last = last.Append(bytes.AsMemory(at, Math.Min(length, bytes.Length - at)));
        return new(first, 0, last, last.Memory.Length);
    }

    sealed class Piece : ReadOnlySequenceSegment<byte>
    {
        public Piece(ReadOnlyMemory<byte> memory, long index) => (Memory, RunningIndex) = (memory, index);

        public Piece Append(ReadOnlyMemory<byte> memory)
        {
            var next = new Piece(memory, RunningIndex + Memory.Length);
            Next = next;
            return next;
        }
    }
}
