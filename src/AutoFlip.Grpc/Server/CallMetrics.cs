using Grpc.Core;
using Grpc.Core.Interceptors;

namespace AutoFlip.Grpc;

/// <summary>Counts refused calls by the status that they are refused with.</summary>
/// <param name="metrics">The server's metrics.</param>
sealed class CallMetrics(ServerMetrics metrics) : Interceptor
{
    /// <inheritdoc/>
    public override Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
        TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation) =>
        Counted(() => continuation(request, context));

    /// <inheritdoc/>
    public override Task<TResponse> ClientStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream, ServerCallContext context,
        ClientStreamingServerMethod<TRequest, TResponse> continuation) =>
        Counted(() => continuation(requestStream, context));

    /// <inheritdoc/>
    public override Task ServerStreamingServerHandler<TRequest, TResponse>(
        TRequest request, IServerStreamWriter<TResponse> responseStream, ServerCallContext context,
        ServerStreamingServerMethod<TRequest, TResponse> continuation) =>
        Counted(async () =>
        {
            await continuation(request, responseStream, context);
            return true;
        });

    async Task<T> Counted<T>(Func<Task<T>> call)
    {
        try
        {
            return await call();
        }
        catch (RpcException e)
        {
            metrics.Refused($"{e.StatusCode}");
            throw;
        }
    }
}
