using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using AutoFlip.Grpc;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Configuration;
using Orleans.Connections.Security;
using StackExchange.Redis;

namespace AutoFlip.Orleans;

/// <summary>This process as a member of a cluster.</summary>
sealed class Silo : IAsyncDisposable
{
    const string Cluster = "autoflip";
    static readonly TimeSpan ShortCall = TimeSpan.FromSeconds(30), Leaving = TimeSpan.FromSeconds(5);
    static readonly TimeSpan Shortest = TimeSpan.FromSeconds(5); // to join

    readonly IHost _host;
    readonly PeerIdentity? _identity;
    readonly FatalErrors _errors;

    Silo(IHost host, PeerIdentity? identity, FatalErrors errors) => (_host, _identity, _errors) = (host, identity, errors);

    /// <summary>Completes with a reason if the cluster has lost this silo.</summary>
    public Task<string> Lost => _errors.Happened;

    /// <summary>Services of the silo.</summary>
    public IServiceProvider Services => _host.Services;

    /// <summary>Joins the cluster.</summary>
    /// <param name="options">The settings.</param>
    /// <param name="isCoordinator">True for the process that a static cluster is named after.</param>
    /// <param name="worker">What this process offers; null if it only asks.</param>
    /// <param name="warn">Receives refused connections.</param>
    /// <param name="time">The clock.</param>
    /// <param name="ct">Stops it.</param>
    /// <exception cref="AutoFlipException">A setting is not accepted (exit 2), or the cluster cannot be joined (exit 4).</exception>
    public static async Task<Silo> StartAsync(
        ClusterOptions options, bool isCoordinator, WorkerService? worker, Action<string> warn, TimeProvider time, CancellationToken ct)
    {
        var refused = new RepeatedWarnings(warn, time); // the other side tries again and again
        var there = options.Cluster.Resolve();
        var own = options.Listen
            ?? (isCoordinator && options.Cluster.Kind == ClusterKind.Static ? there : FreePort(options.Cluster.OwnAddress()));
        if (options.Pki is null && !(IPAddress.IsLoopback(there.Address) && IPAddress.IsLoopback(own.Address)))
            throw AutoFlipException.BadRequest(
                $"--pki is missing: the cluster {options.Cluster} is not on this machine alone, and its connections must be encrypted. "
                + "Accepted: the folder with ca.pem and this machine's certificate ('autoflip pki issue server NAME --ip ADDRESS').");
        var identity = options.Pki is { } pki ? PeerIdentity.LoadServer(new PkiFolder(pki), options.Name, time) : null;
        var builder = Host.CreateEmptyApplicationBuilder(new());
        builder.Logging.ClearProviders();
        var errors = new FatalErrors();
        builder.Services.AddSingleton<IFatalErrorHandler>(errors);
        if (worker is not null) builder.Services.AddSingleton(worker);
        builder.UseOrleans(silo =>
        {
            silo.Configure<global::Orleans.Configuration.ClusterOptions>(cluster => cluster.ClusterId = cluster.ServiceId = Cluster);
            silo.Configure<SiloOptions>(its => its.SiloName = $"{(worker is null ? "coordinator" : "worker")}-{own.Port}");
            silo.Configure<SiloMessagingOptions>(messages => messages.ResponseTimeout = messages.SystemResponseTimeout = ShortCall);
            silo.Configure<ClusterMembershipOptions>(members =>
            {
                members.ProbeTimeout = TimeSpan.FromSeconds(2); // a lost machine is noticed after some six seconds
                members.NumMissedProbesLimit = 3;
                members.TableRefreshTimeout = TimeSpan.FromSeconds(10);
            });
            silo.ConfigureEndpoints(own.Address, own.Port, gatewayPort: 0, listenOnAnyHostAddress: false);
            silo.AddPlacementDirector<OnSilo, OnSilo.Director>();
            if (identity is not null) silo.UseTls(tls => Secure(tls, identity, refused.Warn));
            if (options.Cluster.Kind == ClusterKind.Static) silo.UseDevelopmentClustering(isCoordinator ? own : there);
            else silo.UseRedisClustering(redis => redis.ConfigurationOptions = RedisOf(there, options.PasswordFile));
        });
        var host = builder.Build();
        using var limit = new CancellationTokenSource(options.StartTimeout > Shortest ? options.StartTimeout : Shortest, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, ct);
        try
        {
            await host.StartAsync(either.Token);
            return new(host, identity, errors);
        }
        catch (Exception e) when (!ct.IsCancellationRequested)
        {
            host.Dispose();
            identity?.Dispose();
            throw AutoFlipException.RunFailed($"The cluster {options.Cluster} cannot be joined: "
                + (limit.IsCancellationRequested ? "no member of it has answered in time." : Text(e)), e);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        var stopped = _host.StopAsync();
        await stopped.WaitAsync(Leaving).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (stopped.IsCompleted) Free();
        else _ = stopped.ContinueWith(_ => Free(), TaskScheduler.Default); // it waits for a cluster that is gone, for minutes
    }

    void Free()
    {
        _host.Dispose();
        _identity?.Dispose();
    }

    /// <summary>TLS 1.3 at both ends, with certificates of servers of the authority. Which machine has which address is decided by the
    /// list of members, so names are not compared.</summary>
    static void Secure(TlsOptions tls, PeerIdentity identity, Action<string> warn)
    {
        var own = Tls.ForServer(identity, anonymous: false, warn);
        tls.LocalServerCertificateSelector = (_, _) => identity.Certificate;
        tls.RemoteCertificateMode = RemoteCertificateMode.RequireCertificate;
        tls.ClientCertificateMode = RemoteCertificateMode.AllowCertificate; // Required would ask for a certificate of a client here
        tls.RemoteCertificateValidation = (certificate, _, _) =>
        {
            if (identity.Check(PeerKind.Server, certificate).Refusal is not { } refusal) return true;
            warn(refusal);
            return false;
        };
        tls.SslProtocols = own.EnabledSslProtocols;
        tls.OnAuthenticateAsClient = (_, options) =>
        {
            options.TargetHost = Cluster;
            var all = (SslClientAuthenticationOptions)options.SslClientAuthenticationOptions;
            all.ClientCertificateContext = own.ServerCertificateContext;
        };
    }

    /// <summary>The cause in one line: messages of Orleans have whole stacks in them.</summary>
    static string Text(Exception e)
    {
        const string Type = "Exception: ";
        var line = e.GetBaseException().Message.Split('\n')[0].Trim();
        return line[(line.LastIndexOf(Type, StringComparison.Ordinal) is >= 0 and var at ? at + Type.Length : 0)..];
    }

    static ConfigurationOptions RedisOf(IPEndPoint server, string? passwordFile) => new()
    {
        EndPoints = { server },
        Password = passwordFile is null ? null : SecretFile.Read(passwordFile),
        AbortOnConnectFail = true,
        ConnectRetry = 1,
    };

    /// <summary>An address with a port that nobody listens on now.</summary>
    public static IPEndPoint FreePort(IPAddress address)
    {
        using var probe = new TcpListener(address, 0);
        probe.Start();
        return (IPEndPoint)probe.LocalEndpoint;
    }
}
