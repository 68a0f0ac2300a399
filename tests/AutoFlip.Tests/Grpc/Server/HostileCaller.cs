using System.Collections.Concurrent;
using AutoFlip.Grpc.V1;
using Grpc.Core;

namespace AutoFlip.Tests;

/// <summary>Makes calls in bytes, and counts how they end.</summary>
/// <param name="invoker">The connection.</param>
/// <param name="known">What the attacker knows, and learns.</param>
/// <param name="ended">Receives the number of calls by status.</param>
sealed class HostileCaller(CallInvoker invoker, HostileKnowledge known, ConcurrentDictionary<string, int> ended)
{
    static readonly TimeSpan Hung = TimeSpan.FromSeconds(10);
    static readonly ConcurrentDictionary<string, Method<byte[], byte[]>> Methods = [];

    /// <summary>Makes a call and waits for its end; of a stream from the server, for a few messages.</summary>
    public async Task CallAsync(HostileCall call)
    {
        const int MostRead = 3;
        using var limit = new CancellationTokenSource(Hung);
        string end;
        try
        {
            var descriptor = Federation.Descriptor.FindMethodByName(call.Method);
            var options = new CallOptions(cancellationToken: limit.Token);
            if (descriptor.IsClientStreaming)
            {
                using var upload = invoker.AsyncClientStreamingCall(MethodOf(call.Method, MethodType.ClientStreaming), null, options);
                try
                {
                    foreach (var message in call.Messages) await upload.RequestStream.WriteAsync(message);
                    await upload.RequestStream.CompleteAsync();
                }
                catch (Exception e) when (e is RpcException or InvalidOperationException or IOException or HttpRequestException)
                {
                    // the server has answered before the end
                }
                end = $"{Receipt.Parser.ParseFrom(await upload.ResponseAsync).Status}";
            }
            else if (descriptor.IsServerStreaming)
            {
                using var stream = invoker.AsyncServerStreamingCall(
                    MethodOf(call.Method, MethodType.ServerStreaming), null, options, call.Messages[0]);
                var isWatch = call.Method == "Watch"; // which goes on
                for (var read = 0; read < (isWatch ? 1 : MostRead) && await stream.ResponseStream.MoveNext(limit.Token); read++) { }
                end = "OK";
            }
            else
            {
                using var unary = invoker.AsyncUnaryCall(MethodOf(call.Method, MethodType.Unary), null, options, call.Messages[0]);
                var answer = await unary;
                if (call.Method == "Join") known.Session = Joined.Parser.ParseFrom(answer).Session;
                end = "OK";
            }
        }
        catch (RpcException e)
        {
            end = e.StatusCode is StatusCode.Unknown or StatusCode.Internal ? $"{e.StatusCode}: {e.Status.Detail}" : $"{e.StatusCode}";
        }
        if (end == $"{StatusCode.FailedPrecondition}" && call.Session == known.Session) known.Session = 0; // it is over
        ended.AddOrUpdate($"{call.Method} {end}", 1, (_, before) => before + 1);
    }

    // a channel of grpc-dotnet keeps something for each method object that it ever saw
    static Method<byte[], byte[]> MethodOf(string name, MethodType type) => Methods.GetOrAdd(name, _ => new(
        type, Federation.Descriptor.FullName, name, Marshallers.Create(bytes => bytes, bytes => bytes),
        Marshallers.Create(bytes => bytes, bytes => bytes)));
}
