using System.Net.Sockets;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace AutoFlip.Grpc;

/// <summary>The admin socket of a server: HTTP/1.1 for operators, on a Unix socket of the owner or on loopback.</summary>
/// <remarks>On loopback a request must name a loopback host: a page of another site whose name was made to point here (DNS rebinding)
/// names another one. Requests with POST that come from pages of browsers are refused everywhere: no page has one to send.</remarks>
sealed class AdminHost : IHttpApplication<HttpContext>, IAsyncDisposable
{
    const int MostConnections = 64;
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(10), Stop = TimeSpan.FromSeconds(2);

    readonly AdminCalls _calls;
    readonly ListenAddress _address;
    readonly string _network;
    readonly string? _temporary;
    readonly KestrelServer _server;

    AdminHost(AdminCalls calls, ListenAddress address, string network, string? temporary)
    {
        (_calls, _address, _network, _temporary) = (calls, address, network, temporary);
        var options = new KestrelServerOptions { AddServerHeader = false };
        options.Limits.MaxRequestBodySize = 0;
        options.Limits.MaxConcurrentConnections = MostConnections;
        options.Limits.RequestHeadersTimeout = Patience;
        if (address.UnixPath is { } path) options.ListenUnixSocket(path, listen => listen.Protocols = HttpProtocols.Http1);
        else options.Listen(address.EndPoint!, listen => listen.Protocols = HttpProtocols.Http1);
        var sockets = new SocketTransportOptions();
        if (address.UnixPath is not null) sockets.CreateBoundListenSocket = UnixSocket.BindForOwner;
        _server = new KestrelServer(
            Options.Create(options), new SocketTransportFactory(Options.Create(sockets), NullLoggerFactory.Instance),
            NullLoggerFactory.Instance);
    }

    /// <summary>The address: with the port that was chosen for port 0.</summary>
    public string Address => _address.UnixPath is not null
        ? $"{_address}"
        : new Uri(_server.Features.Get<IServerAddressesFeature>()!.Addresses.Single()).Authority;

    /// <summary>Starts to listen, and records the address.</summary>
    /// <param name="calls">Answers requests.</param>
    /// <param name="asked">The operator's choice of an address; null for a socket of the run.</param>
    /// <param name="network">Network folder of the run.</param>
    /// <exception cref="AutoFlipException">The address is not accepted (exit 2), or cannot be listened on (exit 4).</exception>
    public static async Task<AdminHost> StartAsync(AdminCalls calls, string? asked, string network)
    {
        var (address, temporary) = AdminAddress.Choose(asked, network);
        if (address.UnixPath is { } path) UnixSocket.Clear(path);
        var host = new AdminHost(calls, address, network, temporary);
        try
        {
            await host._server.StartAsync(host, CancellationToken.None);
        }
        catch (Exception e) when (e is IOException or SocketException or UnauthorizedAccessException)
        {
            host._server.Dispose();
            throw AutoFlipException.RunFailed($"The admin address '{address}' cannot be listened on: {e.Message} Choose another one.", e);
        }
        AdminAddress.Write(network, host.Address);
        return host;
    }

    /// <inheritdoc/>
    public HttpContext CreateContext(IFeatureCollection contextFeatures) => new DefaultHttpContext(contextFeatures);

    /// <inheritdoc/>
    public void DisposeContext(HttpContext context, Exception? exception) { }

    /// <inheritdoc/>
    public async Task ProcessRequestAsync(HttpContext context)
    {
        var (request, response) = (context.Request, context.Response);
        response.Headers.CacheControl = "no-store";
        response.Headers.XContentTypeOptions = "nosniff";
        var isPost = HttpMethods.IsPost(request.Method);
        var answer = _address.UnixPath is null && request.Host.Host is not ("127.0.0.1" or "localhost" or "[::1]")
            ? new AdminAnswer(StatusCodes.Status421MisdirectedRequest, "text/plain", "Accepted: a host name of this machine.\n")
            : isPost && IsOfPage(request)
                ? new AdminAnswer(StatusCodes.Status403Forbidden, "text/plain", "Requests of web pages are not accepted.\n")
            : isPost || HttpMethods.IsGet(request.Method) ? _calls.Answer(isPost, request.Path.Value ?? "")
            : new AdminAnswer(StatusCodes.Status405MethodNotAllowed, "text/plain", "GET and POST are accepted.\n", "GET, POST");
        (response.StatusCode, response.ContentType) = (answer.Code, answer.Type);
        if (answer.Allow is not null) response.Headers.Allow = answer.Allow;
        await response.WriteAsync(answer.Body, context.RequestAborted);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        using var limit = new CancellationTokenSource(Stop);
        await _server.StopAsync(limit.Token);
        _server.Dispose();
        AdminAddress.Remove(_network, _address);
        if (_temporary is not null) Directory.Delete(_temporary, recursive: true);
    }

    static bool IsOfPage(HttpRequest request) =>
        request.Headers.Origin.Count > 0 || request.Headers["Sec-Fetch-Site"] is [{ } site] && site != "none";
}
