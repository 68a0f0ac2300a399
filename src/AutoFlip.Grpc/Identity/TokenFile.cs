using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace AutoFlip.Grpc;

/// <summary>Everything that a machine needs to enrol, in one file that is handed to it: the token, its name, and the certificate of the
/// authority, by which it recognises the server.</summary>
public sealed record TokenFile
{
    /// <summary>The name that the machine will have.</summary>
    public required string Name { get; init; }

    /// <summary>The token: a secret until it is used.</summary>
    public required string Token { get; init; }

    /// <summary>Certificate of the authority, PEM.</summary>
    public required string Authority { get; init; }

    /// <summary>Makes a token for a name and writes its file, readable by its owner only.</summary>
    /// <param name="tokens">Tokens of the authority.</param>
    /// <param name="folder">Folder of the authority.</param>
    /// <param name="name">The name that the machine will have.</param>
    /// <param name="seat">The seat that it may take, from 0; null for any.</param>
    /// <param name="validity">Time until the token expires.</param>
    /// <param name="path">The file.</param>
    /// <exception cref="AutoFlipException">The name is not valid or has a certificate, or the file exists (exit 2); a file is damaged
    /// (exit 3) or cannot be written (exit 4).</exception>
    public static void Issue(TokenStore tokens, PkiFolder folder, string name, int? seat, TimeSpan validity, string path)
    {
        CertificateRegister.RequireAuthority(folder);
        using var authority = PemFile.ReadCertificate(folder.AuthorityCertificate);
        if (File.Exists(path)) throw SecretFile.Exists(path); // before there is a token that nobody has
        var file = new TokenFile
        {
            Name = name,
            Token = tokens.Create(name, seat, validity),
            Authority = authority.ExportCertificatePem(),
        };
        SecretFile.Create(path, Encoding.UTF8.GetString(RunJson.Sealed(file, RunJson.Document)));
    }

    /// <summary>Reads a file.</summary>
    /// <exception cref="AutoFlipException">It is missing or damaged (exit 3).</exception>
    public static TokenFile Read(string path) => RunJson.Load<TokenFile>(path)?.Checked(path)
        ?? throw AutoFlipException.BadData($"'{path}' does not exist. 'autoflip token create' writes such a file.");

    /// <summary>Reads the text of a file from a reader, such as standard input.</summary>
    /// <exception cref="AutoFlipException">It is damaged (exit 3).</exception>
    public static TokenFile Read(TextReader reader, string source) =>
        RunJson.Read<TokenFile>(Encoding.UTF8.GetBytes(reader.ReadToEnd().TrimEnd()), source, "").Checked(source);

    /// <summary>Certificate of the authority.</summary>
    internal X509Certificate2 AuthorityCertificate() => X509Certificate2.CreateFromPem(Authority);

    // Printing a record would print the token.
    bool PrintMembers(StringBuilder text) => text.Append($"{nameof(Name)} = {Name}") is not null;

    TokenFile Checked(string path)
    {
        if (!PeerName.IsValid(Name)) throw AutoFlipException.BadFile(path, "its name is not valid");
        try
        {
            AuthorityCertificate().Dispose();
        }
        catch (Exception failure) when (failure is CryptographicException or ArgumentException)
        {
            throw AutoFlipException.BadFile(path, "it holds no certificate of an authority in PEM form", failure);
        }
        return this;
    }
}
