using System.Buffers.Binary;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace AutoFlip.Bench;

/// <summary>Receiver of messages over bare connections, which gRPC is compared with: length, bytes, and one byte as a receipt.</summary>
sealed class BareReceiver : IAsyncDisposable
{
    const int Buffer = 64 << 10;

    readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    readonly CancellationTokenSource _stop = new();
    readonly Task _accepting;
    readonly SslServerAuthenticationOptions? _tls;
    readonly string? _file;

    /// <summary>Begins to listen.</summary>
    /// <param name="tls">Certificates; null for plain TCP.</param>
    /// <param name="file">A file that receives the bytes, which are hashed and flushed too; null: they are read only.</param>
    public BareReceiver(SslServerAuthenticationOptions? tls, string? file)
    {
        (_tls, _file) = (tls, file);
        _listener.Start();
        _accepting = AcceptAsync();
    }

    /// <summary>The port.</summary>
    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _stop.Cancel();
        _listener.Stop();
        await _accepting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    async Task AcceptAsync()
    {
        while (true)
        {
            using var client = await _listener.AcceptTcpClientAsync(_stop.Token);
            await using Stream stream = _tls is null ? client.GetStream() : new SslStream(client.GetStream());
            if (_tls is not null) await ((SslStream)stream).AuthenticateAsServerAsync(_tls, _stop.Token);
            await ReceiveAsync(stream);
        }
    }

    async Task ReceiveAsync(Stream stream)
    {
        var buffer = new byte[Buffer];
        await stream.ReadExactlyAsync(buffer.AsMemory(0, sizeof(long)), _stop.Token);
        using var hash = _file is null ? null : IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        await using (var file = _file is null ? null : new FileStream(_file, FileMode.Create, FileAccess.Write, FileShare.None, 0))
        {
            for (var left = BinaryPrimitives.ReadInt64LittleEndian(buffer); left > 0;)
            {
                var read = await stream.ReadAsync(buffer, _stop.Token);
                if (read == 0) return;
                file?.Write(buffer, 0, read);
                hash?.AppendData(buffer, 0, read);
                left -= read;
            }
            file?.Flush(flushToDisk: true);
        }
        if (_file is not null) File.Delete(_file);
        await stream.WriteAsync(buffer.AsMemory(0, 1), _stop.Token);
    }
}

/// <summary>Sender of messages over bare connections.</summary>
static class BareSender
{
    const int Piece = 64 << 10;

    /// <summary>Sends a message over a connection of its own, and waits for the receipt.</summary>
    /// <param name="port">The receiver's port.</param>
    /// <param name="tls">Certificates; null for plain TCP.</param>
    /// <param name="message">The message.</param>
    /// <param name="ct">Stops it.</param>
    public static async Task SendAsync(int port, SslClientAuthenticationOptions? tls, ReadOnlyMemory<byte> message, CancellationToken ct)
    {
        using var client = new TcpClient { NoDelay = true };
        await client.ConnectAsync(IPAddress.Loopback, port, ct);
        await using Stream stream = tls is null ? client.GetStream() : new SslStream(client.GetStream());
        if (tls is not null) await ((SslStream)stream).AuthenticateAsClientAsync(tls, ct);
        var head = new byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(head, message.Length);
        await stream.WriteAsync(head, ct);
        for (var at = 0; at < message.Length; at += Piece)
            await stream.WriteAsync(message.Slice(at, Math.Min(Piece, message.Length - at)), ct);
        await stream.ReadExactlyAsync(head.AsMemory(0, 1), ct);
    }
}
