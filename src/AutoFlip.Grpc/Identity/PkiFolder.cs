namespace AutoFlip.Grpc;

/// <summary>Files of an authority, and of a peer's folder, which holds a part of them under the same names.</summary>
/// <param name="path">The folder.</param>
public sealed class PkiFolder(string path)
{
    const int LockAttempts = 500, LockPauseMilliseconds = 20; // 10 seconds

    /// <summary>The folder.</summary>
    public string Path { get; } = path;

    /// <summary>Certificate of the authority, which all peers trust.</summary>
    public string AuthorityCertificate => File("ca.pem");

    /// <summary>Private key of the authority, encrypted if it was made with a passphrase.</summary>
    public string AuthorityKey => File("ca.key");

    /// <summary>Serial numbers of revoked certificates.</summary>
    public string RevocationList => File("crl.txt");

    /// <summary>Log of every certificate that was ever issued.</summary>
    public string Issued => File("issued.jsonl");

    /// <summary>Hashes of enrolment tokens.</summary>
    public string Tokens => File("tokens.json");

    /// <summary>Certificate of a peer.</summary>
    /// <exception cref="AutoFlipException">The name is not valid (exit 2).</exception>
    public string CertificateOf(PeerKind kind, string name) => File($"{Prefix(kind)}{PeerName.Check(name)}.pem");

    /// <summary>Private key of a peer.</summary>
    /// <exception cref="AutoFlipException">The name is not valid (exit 2).</exception>
    public string KeyOf(PeerKind kind, string name) => File($"{Prefix(kind)}{PeerName.Check(name)}.key");

    /// <summary>Names of peers of one kind that have a certificate here, in ordinal order.</summary>
    /// <exception cref="AutoFlipException">The folder cannot be read (exit 3).</exception>
    internal IReadOnlyList<string> NamesOf(PeerKind kind)
    {
        try
        {
            return
            [
                .. Directory.EnumerateFiles(Path, $"{Prefix(kind)}*.pem")
                    .Select(file => System.IO.Path.GetFileNameWithoutExtension(file)[Prefix(kind).Length..])
                    .Where(PeerName.IsValid).Order(StringComparer.Ordinal),
            ];
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw AutoFlipException.BadData($"'{Path}' could not be read: {failure.Message}", failure);
        }
    }

    /// <summary>Waits until no other process or thread changes the folder, and keeps others from changing it until disposed.</summary>
    /// <exception cref="AutoFlipException">The folder is missing (exit 3), is in use for 10 seconds, or cannot be written
    /// (exit 4).</exception>
    internal IDisposable Lock()
    {
        if (!Directory.Exists(Path))
            throw AutoFlipException.BadData($"'{Path}' does not exist. 'autoflip pki init {Path}' makes an authority there.");
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return OwnFile.Open(File("lock"), FileShare.None);
            }
            catch (IOException) when (attempt < LockAttempts)
            {
                Thread.Sleep(LockPauseMilliseconds);
            }
            catch (IOException failure)
            {
                throw AutoFlipException.RunFailed($"'{Path}' is in use by another process. Try again when it has ended.", failure);
            }
            catch (UnauthorizedAccessException failure)
            {
                throw AutoFlipException.RunFailed($"'{Path}' cannot be written: {failure.Message}", failure);
            }
        }
    }

    string File(string name) => System.IO.Path.Combine(Path, name);

    static string Prefix(PeerKind kind) => kind == PeerKind.Server ? "server-" : "client-";
}
