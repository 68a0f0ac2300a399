using System.Buffers;
using System.Collections.Concurrent;
using AutoFlip.Grpc.V1;
using Grpc.Core;
using Grpc.Core.Interceptors;

namespace AutoFlip.Grpc;

/// <summary>Reads chunks into buffers that are used again. On the wire they are those of the protocol.</summary>
/// <remarks>Generated code copies each chunk into an array of its own: 85 MB of garbage before the collector runs.</remarks>
static class PooledChunks
{
    const byte ChunkOfPart = 2 << 3 | 2, Offset = 1 << 3 | 1, Xxh3 = 2 << 3 | 1, Data = 3 << 3 | 2; // field, and kind of its value

    /// <summary>A method whose chunks are read so, if it receives any; otherwise the method itself.</summary>
    public static Method<TRequest, TResponse> Of<TRequest, TResponse>(Method<TRequest, TResponse> method)
        where TRequest : class
        where TResponse : class
    {
        var (request, response) = (Of(method.RequestMarshaller), Of(method.ResponseMarshaller));
        return request == method.RequestMarshaller && response == method.ResponseMarshaller
            ? method : new(method.Type, method.ServiceName, method.Name, request, response);
    }

    static Marshaller<T> Of<T>(Marshaller<T> generated) =>
        typeof(T) == typeof(Chunk) ? (Marshaller<T>)(object)new Marshaller<Chunk>(
            ((Marshaller<Chunk>)(object)generated).ContextualSerializer,
            context => Read(context, isPart: false, (payload, chunk) => chunk ?? Chunk.Parser.ParseFrom(payload)))
        : typeof(T) == typeof(SubmitPart) ? (Marshaller<T>)(object)new Marshaller<SubmitPart>(
            ((Marshaller<SubmitPart>)(object)generated).ContextualSerializer,
            context => Read(
                context, isPart: true,
                (payload, chunk) => chunk is null ? SubmitPart.Parser.ParseFrom(payload) : new SubmitPart { Chunk = chunk }))
        : generated;

    static T Read<T>(DeserializationContext context, bool isPart, Func<ReadOnlySequence<byte>, Chunk?, T> message)
    {
        var payload = context.PayloadAsReadOnlySequence();
        return message(payload, Read(payload, isPart));
    }

    /// <summary>Reads a chunk as this program writes it; null for anything else, which generated code then reads.</summary>
    internal static Chunk? Read(ReadOnlySequence<byte> payload, bool isPart)
    {
        var reader = new SequenceReader<byte>(payload);
        if (isPart && !(reader.IsNext(ChunkOfPart, advancePast: true) && Length(ref reader) == reader.Remaining)) return null;
        if (!Fixed(ref reader, Offset, out var offset) || !Fixed(ref reader, Xxh3, out var xxh3)) return null;
        if (!reader.IsNext(Data, advancePast: true) || Length(ref reader) is not (> 0 and <= Chunks.Size and var length)
            || length != reader.Remaining) return null;
        var chunk = new Chunk { Offset = offset, Xxh3 = xxh3 };
        reader.TryCopyTo(chunk.Rent(length));
        return chunk;
    }

    /// <summary>A number of 8 bytes; 0 if it is left out.</summary>
    static bool Fixed(ref SequenceReader<byte> reader, byte field, out ulong value)
    {
        value = 0;
        if (!reader.IsNext(field, advancePast: true)) return true;
        var isRead = reader.TryReadLittleEndian(out long number);
        value = (ulong)number;
        return isRead;
    }

    /// <summary>A length of at most 21 bits; -1 for any other.</summary>
    static int Length(ref SequenceReader<byte> reader)
    {
        var length = 0;
        for (var shift = 0; shift < 21; shift += 7)
        {
            if (!reader.TryRead(out var next)) return -1;
            length |= (next & 0x7F) << shift;
            if (next < 0x80) return length;
        }
        return -1;
    }
}

/// <summary>A client's calls whose chunks are read into buffers that are used again.</summary>
/// <remarks>A channel keeps something for each method object that it ever saw, so there is one for each method and not for each
/// call.</remarks>
sealed class PooledChunkCalls : Interceptor
{
    readonly ConcurrentDictionary<IMethod, IMethod> _methods = [];

    /// <inheritdoc/>
    public override AsyncServerStreamingCall<TResponse> AsyncServerStreamingCall<TRequest, TResponse>(
        TRequest request, ClientInterceptorContext<TRequest, TResponse> context,
        AsyncServerStreamingCallContinuation<TRequest, TResponse> continuation) =>
        continuation(request, new(MethodOf(context.Method), context.Host, context.Options));

    Method<TRequest, TResponse> MethodOf<TRequest, TResponse>(Method<TRequest, TResponse> method)
        where TRequest : class
        where TResponse : class => (Method<TRequest, TResponse>)_methods.GetOrAdd(method, _ => PooledChunks.Of(method));
}

/// <summary>Binds a service's methods so that its chunks are read into buffers that are used again.</summary>
/// <param name="binder">Binds them.</param>
sealed class PooledChunkBinder(ServiceBinderBase binder) : ServiceBinderBase
{
    /// <inheritdoc/>
    public override void AddMethod<TRequest, TResponse>(
        Method<TRequest, TResponse> method, UnaryServerMethod<TRequest, TResponse>? handler) => binder.AddMethod(method, handler);

    /// <inheritdoc/>
    public override void AddMethod<TRequest, TResponse>(
        Method<TRequest, TResponse> method, ServerStreamingServerMethod<TRequest, TResponse>? handler) => binder.AddMethod(method, handler);

    /// <inheritdoc/>
    public override void AddMethod<TRequest, TResponse>(
        Method<TRequest, TResponse> method, ClientStreamingServerMethod<TRequest, TResponse>? handler) =>
        binder.AddMethod(PooledChunks.Of(method), handler);
}
