using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace AutoFlip.Grpc;

/// <summary>Certificates and keys in PEM files.</summary>
static class PemFile
{
    const string EncryptedLabel = "ENCRYPTED PRIVATE KEY";

    // OWASP's figure of 2023 for PBKDF2 with SHA-256.
    static readonly PbeParameters Encryption = new(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, iterationCount: 600_000);

    /// <summary>A private key as PKCS#8, encrypted if there is a passphrase.</summary>
    public static string Text(ECDsa key, string? passphrase) => (passphrase is null
        ? key.ExportPkcs8PrivateKeyPem()
        : key.ExportEncryptedPkcs8PrivateKeyPem(passphrase, Encryption)) + "\n";

    /// <summary>Reads the first certificate of a file.</summary>
    /// <exception cref="AutoFlipException">The file is missing or holds none (exit 3).</exception>
    public static X509Certificate2 ReadCertificate(string path)
    {
        try
        {
            return X509Certificate2.CreateFromPem(SecretFile.Read(path));
        }
        catch (Exception failure) when (failure is CryptographicException or ArgumentException)
        {
            throw AutoFlipException.BadFile(path, "it holds no certificate in PEM form", failure);
        }
    }

    /// <summary>Reads a private key.</summary>
    /// <param name="path">The file.</param>
    /// <param name="passphrase">Opens an encrypted key; null if there is none.</param>
    /// <exception cref="AutoFlipException">The file is missing, holds no key, or is encrypted with another passphrase (exit 3), or a
    /// passphrase is needed (exit 2).</exception>
    public static ECDsa ReadKey(string path, string? passphrase = null)
    {
        var text = SecretFile.Read(path);
        var isEncrypted = text.Contains(EncryptedLabel, StringComparison.Ordinal);
        if (isEncrypted && passphrase is null)
            throw AutoFlipException.BadRequest($"'{path}' is encrypted: give the file of its passphrase with --passphrase-file.");
        var key = ECDsa.Create();
        try
        {
            if (isEncrypted) key.ImportFromEncryptedPem(text, passphrase);
            else key.ImportFromPem(text);
            return key;
        }
        catch (Exception failure) when (failure is CryptographicException or ArgumentException)
        {
            key.Dispose();
            throw AutoFlipException.BadFile(
                path, isEncrypted ? "the passphrase does not open it, or it is damaged" : "it holds no private key in PEM form", failure);
        }
    }

    /// <summary>Reads a certificate with its key.</summary>
    /// <exception cref="AutoFlipException">A file is missing or damaged, or the key belongs to another certificate (exit 3).</exception>
    public static X509Certificate2 ReadPair(string certificatePath, string keyPath)
    {
        using var certificate = ReadCertificate(certificatePath);
        using var key = ReadKey(keyPath);
        return Pair(certificate, key, certificatePath, keyPath);
    }

    /// <summary>A certificate with its key, in a form that TLS accepts on every system.</summary>
    /// <exception cref="AutoFlipException">The key belongs to another certificate (exit 3).</exception>
    public static X509Certificate2 Pair(X509Certificate2 certificate, ECDsa key, string certificatePath, string keyPath)
    {
        byte[]? bytes = null;
        try
        {
            using var pair = certificate.CopyWithPrivateKey(key);
            bytes = pair.Export(X509ContentType.Pkcs12);
            return X509CertificateLoader.LoadPkcs12(bytes, password: null); // Windows' TLS accepts no key that came from PEM
        }
        catch (Exception failure) when (failure is CryptographicException or ArgumentException or InvalidOperationException)
        {
            throw AutoFlipException.BadFile(keyPath, $"it is not the key of '{certificatePath}'", failure);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(bytes);
        }
    }
}
