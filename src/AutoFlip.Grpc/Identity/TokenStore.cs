using System.Buffers.Text;
using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;

namespace AutoFlip.Grpc;

/// <summary>States of an enrolment token.</summary>
public enum TokenState
{
    /// <summary>It can be used once.</summary>
    Open,

    /// <summary>It was exchanged for a certificate.</summary>
    Used,

    /// <summary>Its time has passed.</summary>
    Expired,

    /// <summary>It was withdrawn.</summary>
    Revoked,
}

/// <summary>Record of a token at its authority: its hash, never the token itself.</summary>
public sealed record TokenRecord
{
    /// <summary>SHA-256 of the token, 64 lower-case hexadecimal digits.</summary>
    public required string Sha256 { get; init; }

    /// <summary>The name that its user gets.</summary>
    public required string Name { get; init; }

    /// <summary>The seat that its user gets; null for any.</summary>
    public int? Seat { get; init; }

    /// <summary>Time of its creation.</summary>
    public required DateTimeOffset Created { get; init; }

    /// <summary>End of its validity.</summary>
    public required DateTimeOffset Expires { get; init; }

    /// <summary>Time of its use; null before.</summary>
    public DateTimeOffset? Used { get; init; }

    /// <summary>Hash of the public key that it was used for, as in <see cref="Peer.KeySha256"/>; null before.</summary>
    public string? UsedFor { get; init; }

    /// <summary>Time of its withdrawal; null if it was not withdrawn.</summary>
    public DateTimeOffset? Revoked { get; init; }

    /// <summary>State at a time.</summary>
    public TokenState StateAt(DateTimeOffset now) =>
        Revoked is not null ? TokenState.Revoked
        : Used is not null ? TokenState.Used
        : now >= Expires ? TokenState.Expired
        : TokenState.Open;
}

/// <summary>Single-use tokens for enrolment: 256 random bits each, kept as hashes in a file of the authority.</summary>
/// <remarks>Every change is made under the folder's lock and is on the disk before the call returns: of several redeemers, in whatever
/// processes, one wins.</remarks>
/// <param name="folder">Folder of the authority.</param>
/// <param name="time">The clock.</param>
public sealed class TokenStore(PkiFolder folder, TimeProvider time)
{
    const int TokenBytes = 32;
    const int MostCharacters = 200;

    /// <summary>Validity of a token where no other is asked for.</summary>
    public static TimeSpan DefaultValidity { get; } = TimeSpan.FromHours(24);

    /// <summary>Every token, oldest first.</summary>
    /// <exception cref="AutoFlipException">The file is damaged (exit 3).</exception>
    public IReadOnlyList<TokenRecord> List() => RunJson.Load<TokenList>(folder.Tokens)?.Tokens ?? [];

    /// <summary>Makes a token for a name.</summary>
    /// <returns>The token: 43 characters of base64url. It is nowhere else.</returns>
    /// <exception cref="AutoFlipException">The name is not valid or has a certificate (exit 2); a file is damaged (exit 3) or cannot be
    /// written (exit 4).</exception>
    public string Create(string name, int? seat, TimeSpan validity)
    {
        PeerName.Check(name);
        using var exclusive = folder.Lock();
        new CertificateRegister(folder, time).RequireFree(name);
        var token = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(TokenBytes));
        var now = time.GetUtcNow();
        Write([.. List(), new() { Sha256 = Hash(token), Name = name, Seat = seat, Created = now, Expires = now + validity }]);
        return token;
    }

    /// <summary>Withdraws the tokens of a name that can be exchanged: those that were used as well, which their keys could use again until
    /// they expire.</summary>
    /// <returns>How many there were.</returns>
    /// <exception cref="AutoFlipException">The name is not valid (exit 2), the file is damaged (exit 3) or cannot be written
    /// (exit 4).</exception>
    public int Revoke(string name)
    {
        PeerName.Check(name);
        using var exclusive = folder.Lock();
        var now = time.GetUtcNow();
        var tokens = List();
        bool IsMeant(TokenRecord token) => token.Name == name && token.Revoked is null && now < token.Expires;
        var count = tokens.Count(IsMeant);
        if (count > 0) Write([.. tokens.Select(token => IsMeant(token) ? token with { Revoked = now } : token)]);
        return count;
    }

    /// <summary>Uses a token for a key. The same token and key may come again, until the token expires: the answer to the first request
    /// may have been lost. The caller has the folder's lock.</summary>
    /// <param name="token">The token.</param>
    /// <param name="keySha256">Hash of the public key, as in <see cref="SigningRequest.KeySha256"/>.</param>
    /// <returns>The token's record, marked as used.</returns>
    /// <exception cref="AutoFlipException">The token is unknown, used for another key, expired or withdrawn (exit 2); the file is damaged
    /// (exit 3) or cannot be written (exit 4).</exception>
    internal TokenRecord Redeem(string token, string keySha256)
    {
        if (token.Length is 0 or > MostCharacters) throw Refused("is not known");
        var hash = Hash(token);
        var (tokens, now) = (List(), time.GetUtcNow());
        var known = tokens.FirstOrDefault(one => one.Sha256 == hash) ?? throw Refused("is not known");
        if (now >= known.Expires) throw Refused("has expired");
        switch (known.StateAt(now))
        {
            case TokenState.Revoked: throw Refused("was withdrawn");
            case TokenState.Used: return known.UsedFor == keySha256 ? known : throw Refused("was used already");
        }
        var used = known with { Used = now, UsedFor = keySha256 };
        Write([.. tokens.Select(one => one == known ? used : one)]);
        return used;
    }

    void Write(ImmutableArray<TokenRecord> tokens) =>
        AtomicFile.Write(folder.Tokens, RunJson.Sealed(new TokenList { Tokens = tokens }, RunJson.Document));

    static string Hash(string token) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(token)));

    static AutoFlipException Refused(string why) =>
        AutoFlipException.BadRequest($"The token {why}. Ask the operator of the federation for a new one.");

    sealed record TokenList
    {
        public required ImmutableArray<TokenRecord> Tokens { get; init; }
    }
}
