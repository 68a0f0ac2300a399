using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace AutoFlip.Grpc;

/// <summary>A checked request for a certificate (PKCS#10): its sender has the private key. Only the public key is taken from it; names
/// and extensions that it asks for are ignored.</summary>
public sealed class SigningRequest
{
    const int MostBytes = 4096;
    const string P256 = "1.2.840.10045.3.1.7";

    SigningRequest(PublicKey key) => (Key, KeySha256) = (key, CertificateForms.KeySha256(key));

    /// <summary>The public key, on the curve P-256.</summary>
    public PublicKey Key { get; }

    /// <summary>SHA-256 of the public key, 64 lower-case hexadecimal digits.</summary>
    public string KeySha256 { get; }

    /// <summary>Reads a request and checks its signature.</summary>
    /// <param name="der">PKCS#10 in DER, at most 4 KiB.</param>
    /// <exception cref="AutoFlipException">It is damaged, its signature is wrong, or its key is of another kind (exit 2).</exception>
    public static SigningRequest Parse(ReadOnlySpan<byte> der)
    {
        if (der.Length > MostBytes) throw Refused($"has {der.Length} bytes, and {MostBytes} are accepted");
        try
        {
            var request = CertificateRequest.LoadSigningRequest(der, HashAlgorithmName.SHA256, out var used);
            if (used != der.Length) throw Refused("has bytes behind its end");
            using var key = request.PublicKey.GetECDsaPublicKey();
            return key?.ExportParameters(includePrivateParameters: false).Curve is { IsNamed: true, Oid.Value: P256 }
                ? new(request.PublicKey)
                : throw Refused("has a key of another kind than ECDSA P-256");
        }
        catch (Exception failure) when (failure is CryptographicException or ArgumentException or NotSupportedException)
        {
            throw Refused("is damaged, or its signature is wrong");
        }
    }

    static AutoFlipException Refused(string why) => AutoFlipException.BadRequest($"The request for a certificate {why}.");
}
