using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace AutoFlip.Grpc;

/// <summary>The listening socket of a server.</summary>
sealed class ServerHost : IAsyncDisposable
{
    const int MostReceived = 256 << 10; // chunks and small records only
    const int MostSent = 256 << 20; // the data contract has the words of a vocabulary
    const int StreamsPerConnection = 8, SeatsPerConnection = 2, SpareConnections = 50;
    static readonly TimeSpan Ping = TimeSpan.FromSeconds(30), Handshake = TimeSpan.FromSeconds(30), Stop = TimeSpan.FromSeconds(2);

    readonly WebApplication _app;

    ServerHost(WebApplication app) => _app = app;

    /// <summary>The address that it listens on: with the port that was chosen for port 0.</summary>
    public string Address => _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();

    /// <summary>Starts to listen.</summary>
    /// <param name="listen">The address: host:port, or unix:PATH.</param>
    /// <param name="tls">Certificates; null for connections without.</param>
    /// <param name="interceptor">Checks the certificate of each call; null without certificates.</param>
    /// <param name="service">The calls.</param>
    /// <param name="metrics">Counts refused calls.</param>
    /// <param name="warn">Receives the reason of calls that failed at the server.</param>
    /// <param name="seats">Seats of the run: they bound the connections.</param>
    /// <exception cref="AutoFlipException">The address is not accepted (exit 2), or cannot be listened on (exit 4).</exception>
    public static async Task<ServerHost> StartAsync(
        string listen, Action<HttpsConnectionAdapterOptions>? tls, PeerInterceptor? interceptor, FederationService service,
        ServerMetrics metrics, Action<string> warn, int seats)
    {
        // empty: the others read appsettings.json and variables, and watch all that is below the working directory
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.Services.AddRoutingCore();
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        builder.Services.AddSingleton(service);
        builder.Services.AddSingleton(new CallStatus(metrics, warn));
        if (interceptor is not null) builder.Services.AddSingleton(interceptor);
        builder.Services.AddGrpc(options =>
        {
            options.MaxReceiveMessageSize = MostReceived;
            options.MaxSendMessageSize = MostSent;
            options.Interceptors.Add<CallStatus>();
            if (interceptor is not null) options.Interceptors.Add<PeerInterceptor>();
        });
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(options =>
        {
            options.AddServerHeader = false;
            options.Limits.MaxConcurrentConnections = SeatsPerConnection * seats + SpareConnections;
            options.Limits.Http2.MaxStreamsPerConnection = StreamsPerConnection + 2 * seats; // a process may have many seats
            options.Limits.Http2.KeepAlivePingDelay = Ping;
            options.Limits.Http2.KeepAlivePingTimeout = Ping;
            Listen(options, listen, tls);
        });
        var app = builder.Build();
        app.Use(async (context, next) =>
        {
            await next(context);
            CallStatus.RenameUnreadable(context.Response);
        });
        app.MapGrpcService<FederationService>();
        try
        {
            await app.StartAsync();
            return new ServerHost(app);
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
            await app.DisposeAsync();
            throw AutoFlipException.RunFailed(
                $"The address '{listen}' cannot be listened on: "
                + $"{(e.InnerException is AddressInUseException ? "it is in use." : e.Message)} Choose another one.", e);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        using var limit = new CancellationTokenSource(Stop);
        await _app.StopAsync(limit.Token);
        await _app.DisposeAsync();
    }

    /// <summary>The address to listen on.</summary>
    /// <exception cref="AutoFlipException">It is not accepted (exit 2).</exception>
    public static ListenAddress AddressOf(string listen) => ListenAddress.Parse(listen) ?? throw AutoFlipException.BadRequest(
        $"The address '{ForeignText.Quote(listen)}' is not accepted. Accepted: IP:PORT, localhost:PORT, *:PORT, or unix:PATH.");

    static void Listen(KestrelServerOptions options, string listen, Action<HttpsConnectionAdapterOptions>? tls)
    {
        void Configure(ListenOptions socket)
        {
            socket.Protocols = HttpProtocols.Http2;
            if (tls is not null) socket.UseHttps(https =>
            {
                tls(https);
                https.HandshakeTimeout = Handshake;
            });
        }

        var address = AddressOf(listen);
        if (address.UnixPath is { } path)
        {
            UnixSocket.Clear(path);
            options.ListenUnixSocket(path, Configure);
        }
        else options.Listen(address.EndPoint!, Configure);
    }

    /// <summary>The program itself ends the server; signals are not its affair.</summary>
    sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
