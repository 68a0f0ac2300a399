using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace AutoFlip.Cli;

/// <summary>Live report of runs in progress, for a browser on this machine: a page, and a stream of events that updates it.</summary>
/// <remarks>
/// It listens on the loopback address only and answers two addresses, with GET, to whoever names it by a loopback name: a page of another
/// site whose name was made to point here (DNS rebinding) names it otherwise. No file is served, so no path can lead to one.
/// </remarks>
sealed class LiveView : IHttpApplication<HttpContext>, IDisposable
{
    /// <summary>Path of the event stream.</summary>
    public const string Events = "/events";

    static readonly TimeSpan DrainTimeout = TimeSpan.FromSeconds(2); // for browsers to take the last page

    readonly LiveFeed _feed;
    readonly TimeProvider _time;
    readonly LiveLimits _limits;
    readonly CancellationTokenSource _end = new();
    readonly KestrelServer _server;
    int _streams;

    LiveView(int port, LiveFeed feed, LiveLimits limits, Host host)
    {
        (_feed, _time, _limits) = (feed, host.Time, limits);
        var options = new KestrelServerOptions { AddServerHeader = false };
        options.Limits.RequestHeadersTimeout = limits.Request;
        options.Limits.KeepAliveTimeout = limits.Idle;
        options.Limits.MaxRequestBodySize = 0;
        options.Listen(IPAddress.Loopback, port, listen => listen.Protocols = HttpProtocols.Http1);
        var listener = new LiveListener(
            limits.Connections,
            refused => host.Warn(
                $"--live: a connection could not be accepted: {refused.Message.TrimEnd('.')}. The run goes on, "
                + "and the live view tries again."),
            TimeProvider.System, (socket, cancel) => socket.AcceptAsync(cancel));
        _server = new KestrelServer(Options.Create(options), listener, NullLoggerFactory.Instance);
    }

    /// <summary>Address of the page.</summary>
    public Uri Address => new(_server.Features.Get<IServerAddressesFeature>()!.Addresses.Single());

    /// <summary>Starts the server and prints its address on standard error.</summary>
    /// <param name="port">The port; a free one is taken, with a warning, if it is in use. 0 is any free one.</param>
    /// <param name="directories">The run directories; more may come.</param>
    /// <param name="host">The clock, and standard error.</param>
    /// <param name="limits">What it gives to those who connect; null for the usual.</param>
    /// <exception cref="AutoFlipException">The address cannot be listened on (exit 2).</exception>
    public static LiveView Start(int port, Func<IReadOnlyList<string>> directories, Host host, LiveLimits? limits = null)
    {
        var feed = new LiveFeed(directories, host.Time);
        LiveView view;
        try
        {
            view = Listen(port, feed, limits ?? new(), host);
        }
        catch (IOException taken) when (taken.InnerException is AddressInUseException)
        {
            host.Warn($"--live: port {port} is in use, so a free one is taken.");
            view = Listen(0, feed, limits ?? new(), host);
        }
        host.Error.WriteLine($"autoflip: live view: {view.Address}");
        return view;
    }

    static LiveView Listen(int port, LiveFeed feed, LiveLimits limits, Host host)
    {
        var view = new LiveView(port, feed, limits, host);
        try
        {
            view._server.StartAsync(view, CancellationToken.None).GetAwaiter().GetResult();
            return view;
        }
        catch (SocketException refused)
        {
            view.Dispose();
            throw AutoFlipException.BadRequest($"--live: port {port} cannot be listened on: {refused.Message} Give another port, or none.");
        }
        catch
        {
            view.Dispose();
            throw;
        }
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
        response.Headers.XFrameOptions = "DENY";
        response.Headers["Cross-Origin-Resource-Policy"] = "same-origin";
        response.Headers["Referrer-Policy"] = "no-referrer";
        if (request.Host.Host is not ("127.0.0.1" or "localhost")) response.StatusCode = StatusCodes.Status421MisdirectedRequest;
        else if (!HttpMethods.IsGet(request.Method))
            (response.StatusCode, response.Headers.Allow) = (StatusCodes.Status405MethodNotAllowed, "GET");
        else if (request.Path == "/") await WritePage(response);
        else if (request.Path == Events) await WriteEventsIfFew(response, context.RequestAborted);
        else response.StatusCode = StatusCodes.Status404NotFound;
    }

    async Task WritePage(HttpResponse response)
    {
        response.ContentType = "text/html; charset=utf-8";
        response.Headers.ContentSecurityPolicy = $"{ReportFile.Policy(live: true)}; frame-ancestors 'none'";
        await response.WriteAsync(_feed.Now().Document, response.HttpContext.RequestAborted);
    }

    async Task WriteEventsIfFew(HttpResponse response, CancellationToken aborted)
    {
        try
        {
            if (Interlocked.Increment(ref _streams) <= _limits.Streams) await WriteEvents(response, aborted);
            else
            {
                (response.StatusCode, response.Headers.RetryAfter, response.ContentType) = (
                    StatusCodes.Status503ServiceUnavailable, "10", "text/plain; charset=utf-8");
                await response.WriteAsync(
                    $"{_limits.Streams} pages of this live view are open already. Close one, then reload this one.\n", aborted);
            }
        }
        finally
        {
            Interlocked.Decrement(ref _streams);
        }
    }

    /// <summary>The page now, after every change, and a last time when the run has ended.</summary>
    async Task WriteEvents(HttpResponse response, CancellationToken aborted)
    {
        response.ContentType = "text/event-stream";
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(aborted, _end.Token);
        LiveState? sent = null;
        try
        {
            while (true)
            {
                var ending = _end.IsCancellationRequested; // before the last look, so that it misses nothing
                if (_feed.Now() is var now && now != sent)
                {
                    await response.WriteAsync($"event: page\ndata: {now.Message}\n\n", aborted);
                    await response.Body.FlushAsync(aborted);
                    sent = now;
                }
                if (ending) break;
                await Task.Delay(_feed.Pause, _time, stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                if (aborted.IsCancellationRequested) return;
            }
            await response.WriteAsync("event: end\ndata:\n\n", aborted);
        }
        catch (OperationCanceledException) when (aborted.IsCancellationRequested)
        {
            // the reader closed the page: there is nobody to tell
        }
    }

    /// <summary>Sends the last page to all readers, and stops the server.</summary>
    public void Dispose()
    {
        _end.Cancel();
        using var patience = new CancellationTokenSource(DrainTimeout, _time);
        _server.StopAsync(patience.Token).GetAwaiter().GetResult();
        _server.Dispose();
        _end.Dispose();
    }
}
