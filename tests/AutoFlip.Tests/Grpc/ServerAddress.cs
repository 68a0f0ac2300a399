using System.Net;
using AutoFlip.Grpc;

namespace AutoFlip.Tests;

/// <summary>The address of a server in this process, which is known once it listens.</summary>
sealed class ServerAddress
{
    readonly TaskCompletionSource<string> _address = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>For <see cref="ServerOptions.Listening"/>.</summary>
    public void Set(string address) => _address.TrySetResult(address);

    /// <summary>Waits for it, or for the end of a server that never listens.</summary>
    public async Task<string> OfAsync(Task server)
    {
        if (await Task.WhenAny(_address.Task, server) == server) await server;
        return await _address.Task;
    }

    /// <summary>Waits for an address of TCP.</summary>
    public async Task<IPEndPoint> EndPointOfAsync(Task server) => IPEndPoint.Parse(new Uri(await OfAsync(server)).Authority);
}
