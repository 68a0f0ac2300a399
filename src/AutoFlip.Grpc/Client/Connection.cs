using System.Net;
using System.Net.Security;
using AutoFlip.Grpc.V1;
using Grpc.Core.Interceptors;
using Grpc.Net.Client;

namespace AutoFlip.Grpc;

/// <summary>A client's connection: connects when it is used, and again when it was lost.</summary>
sealed class Connection : IDisposable
{
    const string UnixPrefix = "unix:";
    const int MostSent = 256 << 10; // chunks and small records only
    const int MostReceived = 256 << 20; // the data contract has the words of a vocabulary
    static readonly TimeSpan Ping = TimeSpan.FromSeconds(30), Connect = TimeSpan.FromSeconds(30);

    readonly GrpcChannel _channel;

    /// <summary>Prepares the connection.</summary>
    /// <param name="server">Address of the server.</param>
    /// <param name="tls">Certificates for a server's name; null for a connection without.</param>
    /// <exception cref="AutoFlipException">The address is not accepted (exit 2).</exception>
    public Connection(string server, Func<string, SslClientAuthenticationOptions>? tls)
    {
        var handler = new SocketsHttpHandler
        {
            ConnectTimeout = Connect,
            KeepAlivePingDelay = Ping,
            KeepAlivePingTimeout = Ping,
            PooledConnectionIdleTimeout = Timeout.InfiniteTimeSpan,
            EnableMultipleHttp2Connections = true,
        };
        Uri address;
        if (server.StartsWith(UnixPrefix, StringComparison.Ordinal))
        {
            handler.ConnectCallback = UnixSocket.ConnectTo(server[UnixPrefix.Length..]);
            address = new Uri("http://localhost");
        }
        else
        {
            address = AddressOf(server, tls is not null);
            if (tls is not null) handler.SslOptions = tls(address.IdnHost);
        }
        _channel = GrpcChannel.ForAddress(address, new GrpcChannelOptions
        {
            HttpHandler = handler,
            DisposeHttpClient = true,
            MaxReceiveMessageSize = MostReceived,
            MaxSendMessageSize = MostSent,
        });
        Calls = new Federation.FederationClient(_channel.Intercept(new PooledChunkCalls()));
    }

    /// <summary>The server's calls.</summary>
    public Federation.FederationClient Calls { get; }

    /// <inheritdoc/>
    public void Dispose() => _channel.Dispose();

    static Uri AddressOf(string server, bool isSecure)
    {
        var isAddress = Uri.TryCreate(server, UriKind.Absolute, out var uri) && uri.Scheme is "https" or "http" && uri.PathAndQuery == "/";
        if (!isAddress)
            throw AutoFlipException.BadRequest(
                $"The address '{ForeignText.Quote(server)}' is not accepted. Accepted: https://HOST:PORT, or unix:PATH.");
        if (uri!.Scheme == "https" && !isSecure)
            throw AutoFlipException.BadRequest($"'{server}' needs certificates. Give their folder.");
        if (uri.Scheme == "http" && (isSecure || !IsLoopback(uri)))
            throw AutoFlipException.BadRequest(
                $"'{server}' would be unencrypted. Accepted: https, or without certificates http on this machine.");
        return uri;
    }

    static bool IsLoopback(Uri uri) => uri.IsLoopback || IPAddress.TryParse(uri.Host, out var address) && IPAddress.IsLoopback(address);
}
