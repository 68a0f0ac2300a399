using System.Collections.Concurrent;
using System.Security.Cryptography.X509Certificates;
using AutoFlip.Grpc.V1;
using Grpc.Core;

namespace AutoFlip.Grpc;

/// <summary>Checks the certificate behind each call before its handler runs, and ends calls under way once their caller is
/// revoked.</summary>
/// <remarks>The only call without a certificate is Enrol. While the revocation list cannot be read no call runs. One instance serves all
/// calls of a server.</remarks>
sealed class PeerInterceptor : CallInterceptor, IDisposable
{
    static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    readonly PeerIdentity _identity;
    readonly ITimer _timer;
    readonly ConcurrentDictionary<ServerCallContext, string> _serials = new(ReferenceEqualityComparer.Instance);
    int _swept;

    /// <summary>Begins to look at the revocation list once a second.</summary>
    /// <param name="identity">The server's; must outlive its calls.</param>
    /// <param name="time">The clock.</param>
    public PeerInterceptor(PeerIdentity identity, TimeProvider time)
    {
        (_identity, _swept) = (identity, identity.RevocationVersion);
        _timer = time.CreateTimer(_ => EndRevoked(), null, Period, Period);
    }

    /// <summary>Name of the call that needs no certificate.</summary>
    public static string Enrol { get; } = $"/{Federation.Descriptor.FullName}/{nameof(Federation.FederationBase.Enrol)}";

    /// <summary>The caller of a call that this interceptor let through.</summary>
    /// <exception cref="RpcException">There is none: it is Enrol.</exception>
    public static Peer PeerOf(ServerCallContext context) => context.UserState.TryGetValue(typeof(Peer), out var peer)
        ? (Peer)peer
        : throw new RpcException(new Status(StatusCode.Unauthenticated, "The caller is not known."));

    /// <summary>Ends the calls of callers that were revoked since the last time; all calls if the revocation list cannot be
    /// read.</summary>
    internal void EndRevoked()
    {
        try
        {
            _identity.RefreshRevocation();
            var version = _identity.RevocationVersion;
            if (version == _swept) return;
            foreach (var (context, serial) in _serials)
                if (_identity.IsRevoked(serial)) context.GetHttpContext().Abort();
            _swept = version;
        }
        catch (AutoFlipException) // of the list; each new call is refused for the same reason, which its answer gives
        {
            foreach (var context in _serials.Keys) context.GetHttpContext().Abort();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _timer.Dispose();

    /// <inheritdoc/>
    protected override async Task<T> AroundAsync<T>(ServerCallContext context, Func<Task<T>> handler)
    {
        if (context.Method == Enrol) return await handler();
        var certificate = context.GetHttpContext().Connection.ClientCertificate;
        _serials[context] = certificate?.SerialNumber ?? ""; // before the check, so that no revocation falls between
        try
        {
            context.UserState[typeof(Peer)] = PeerBehind(certificate);
            return await handler();
        }
        finally
        {
            _serials.TryRemove(context, out _);
        }
    }

    Peer PeerBehind(X509Certificate2? certificate)
    {
        try
        {
            var check = _identity.Check(PeerKind.Client, certificate);
            return check.Peer ?? throw new RpcException(new Status(StatusCode.Unauthenticated, check.Refusal!));
        }
        catch (AutoFlipException)
        {
            throw new RpcException(new Status(StatusCode.Unavailable, "The server cannot read its list of revoked certificates."));
        }
    }
}
