using AutoFlip.Grpc.V1;
using Google.Protobuf;
using Grpc.Core;

namespace AutoFlip.Grpc;

/// <summary>Enrolment of a client.</summary>
public static class ClientEnrolment
{
    /// <summary>Exchanges a token for a certificate, whose key is made here and never leaves.</summary>
    /// <param name="server">Address of the server.</param>
    /// <param name="token">The token's file.</param>
    /// <param name="folder">Folder that receives key and certificates.</param>
    /// <param name="time">The clock.</param>
    /// <param name="ct">Stops it.</param>
    /// <exception cref="AutoFlipException">The token, the server or the folder is refused (exit 2 to 4).</exception>
    public static async Task<Peer> EnrolAsync(string server, TokenFile token, PkiFolder folder, TimeProvider time, CancellationToken ct)
    {
        string? refusal = null;
        using var connection = new Connection(server, host => Tls.ForEnrolment(token, host, time, why => refusal = why));
        var request = new EnrolRequest
        {
            Token = token.Token,
            SigningRequest = ByteString.CopyFrom(Enrolment.CreateRequest(folder, token.Name)),
        };
        try
        {
            var enrolled = await connection.Calls.EnrolAsync(request, cancellationToken: ct);
            return Enrolment.Accept(folder, token, enrolled.Certificate.Span, time);
        }
        catch (RpcException e)
        {
            ct.ThrowIfCancellationRequested(); // a call that is stopped fails as any other
            throw AutoFlipException.RunFailed(
                $"The server has issued no certificate: {(refusal is null ? Retry.Text(e) : $"the server is not trusted: {refusal}")}", e);
        }
    }
}
