using Google.Protobuf;
using Grpc.Core;
using Microsoft.AspNetCore.Http;

namespace AutoFlip.Grpc;

/// <summary>Gives each call that fails a status which clients can act on, and counts them by it.</summary>
/// <param name="metrics">The server's metrics.</param>
/// <param name="warn">Receives the reason of calls that failed at the server; clients are not told it.</param>
sealed class CallStatus(ServerMetrics metrics, Action<string> warn) : CallInterceptor
{
    const string StatusHeader = "grpc-status", MessageHeader = "grpc-message", Unreadable = "the message cannot be read.";

    /// <summary>Gives a call whose request could not be read, which no interceptor sees, the status for wrong arguments instead of
    /// "unknown".</summary>
    public static void RenameUnreadable(HttpResponse response)
    {
        if (response.HasStarted || response.Headers[StatusHeader] != $"{(int)StatusCode.Unknown}") return;
        response.Headers[StatusHeader] = $"{(int)StatusCode.InvalidArgument}";
        response.Headers[MessageHeader] = Unreadable;
    }

    /// <inheritdoc/>
    protected override async Task<T> AroundAsync<T>(ServerCallContext context, Func<Task<T>> handler)
    {
        try
        {
            return await handler();
        }
        catch (RpcException e)
        {
            metrics.Refused($"{e.StatusCode}");
            throw;
        }
        catch (InvalidProtocolBufferException)
        {
            throw Refused(StatusCode.InvalidArgument, Unreadable);
        }
        catch (Exception e) when (!context.CancellationToken.IsCancellationRequested)
        {
            warn($"{context.Method.Split('/')[^1]} failed: {e.Message}");
            throw e is IOException or UnauthorizedAccessException
                ? Refused(StatusCode.ResourceExhausted, "the server could not write its files.")
                : Refused(StatusCode.Internal, "the call failed at the server; its log has the reason.");
        }
    }

    RpcException Refused(StatusCode status, string why)
    {
        metrics.Refused($"{status}");
        return new(new Status(status, why));
    }
}
