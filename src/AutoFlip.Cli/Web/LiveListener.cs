using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging.Abstractions;

namespace AutoFlip.Cli;

/// <summary>Accepts the connections of a live view, a bounded number at once: further ones wait in the system, where they
/// take no file handle of this process. What the system refuses, for lack of file handles or ports, is reported once and
/// tried again after a pause.</summary>
/// <remarks>Kestrel's own listener tries again at once and without a word, which takes a core for as long as handles are short.</remarks>
/// <param name="connections">How many there may be at once.</param>
/// <param name="report">Is given the first refusal.</param>
/// <param name="time">The clock of the pauses.</param>
/// <param name="accept">Waits for a connection to the listening socket.</param>
sealed class LiveListener(
    int connections, Action<SocketException> report, TimeProvider time, Func<Socket, CancellationToken, ValueTask<Socket>> accept)
    : IConnectionListenerFactory, IConnectionListener
{
    const int Backlog = 64; // connections that wait to be accepted

    /// <summary>Between two tries.</summary>
    public static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    readonly SocketConnectionContextFactory _connections = new(new SocketConnectionFactoryOptions(), NullLogger.Instance);
    readonly SemaphoreSlim _room = new(connections);
    readonly CancellationTokenSource _end = new();
    Socket? _socket;
    bool _reported;

    /// <inheritdoc/>
    public EndPoint EndPoint => _socket!.LocalEndPoint!;

    /// <inheritdoc/>
    /// <exception cref="AddressInUseException">Another program listens there.</exception>
    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default)
    {
        try
        {
            _socket = SocketTransportOptions.CreateDefaultBoundListenSocket(endpoint);
            _socket.Listen(Backlog);
        }
        catch (SocketException taken) when (taken.SocketErrorCode == SocketError.AddressAlreadyInUse)
        {
            throw new AddressInUseException(taken.Message, taken);
        }
        return ValueTask.FromResult<IConnectionListener>(this);
    }

    /// <inheritdoc/>
    public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
    {
        while (!_end.IsCancellationRequested)
        {
            try
            {
                return await Accept();
            }
            catch (SocketException gone) when (gone.SocketErrorCode is SocketError.ConnectionReset or SocketError.ConnectionAborted)
            {
                // it was closed before it was accepted: the next one
            }
            catch (SocketException refused) when (!_end.IsCancellationRequested)
            {
                if (!_reported) report(refused);
                _reported = true;
                await Task.Delay(Pause, time, _end.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (Exception closed) when (
                _end.IsCancellationRequested && closed is OperationCanceledException or ObjectDisposedException or SocketException)
            {
                break;
            }
        }
        return null;
    }

    async Task<ConnectionContext> Accept()
    {
        await _room.WaitAsync(_end.Token);
        try
        {
            var socket = await accept(_socket!, _end.Token);
            socket.NoDelay = true;
            var connection = _connections.Create(socket);
            connection.ConnectionClosed.Register(() => _room.Release());
            return connection;
        }
        catch
        {
            _room.Release();
            throw;
        }
    }

    /// <inheritdoc/>
    public ValueTask UnbindAsync(CancellationToken cancellationToken = default)
    {
        _end.Cancel();
        _socket?.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await UnbindAsync();
        _connections.Dispose();
        _end.Dispose();
    }
}
