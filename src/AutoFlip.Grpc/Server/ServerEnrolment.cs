using AutoFlip.Grpc.V1;
using Google.Protobuf;
using Grpc.Core;

namespace AutoFlip.Grpc;

/// <summary>Certificates for tokens, by a server that has the authority's key.</summary>
/// <param name="folder">The authority's folder.</param>
/// <param name="passphrase">Passphrase of its key; null without one.</param>
/// <param name="time">The clock.</param>
/// <param name="warn">Receives the reason when a file of the authority cannot be read or written; clients are not told it.</param>
sealed class ServerEnrolment(PkiFolder folder, string? passphrase, TimeProvider time, Action<string> warn) : IDisposable
{
    readonly Authority _authority = Authority.Open(folder, passphrase, time);

    /// <summary>Exchanges a token and a signing request for a certificate.</summary>
    /// <exception cref="RpcException">The token or the request is refused.</exception>
    public Enrolled Sign(EnrolRequest request)
    {
        try
        {
            using var certificate = Enrolment.Sign(_authority, request.Token, request.SigningRequest.Span);
            using var authority = _authority.Certificate;
            return new Enrolled
            {
                Certificate = ByteString.CopyFrom(certificate.RawData),
                Authority = ByteString.CopyFrom(authority.RawData),
            };
        }
        catch (AutoFlipException e) when (e.Code == ExitCode.BadRequest)
        {
            throw new RpcException(new Status(StatusCode.PermissionDenied, e.Message));
        }
        catch (AutoFlipException e)
        {
            warn($"No certificate was signed: {e.Message}");
            throw new RpcException(new Status(StatusCode.Internal, "the server could not sign a certificate; its log has the reason."));
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _authority.Dispose();
}
