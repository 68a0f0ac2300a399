using System.Collections.Immutable;

namespace AutoFlip.Cli;

/// <summary>Options of <c>autoflip pki</c> and <c>autoflip token</c>.</summary>
sealed record PkiOptions
{
    /// <summary>Folder of the authority where no other is given.</summary>
    public const string DefaultFolder = "pki";

    /// <summary>Folder of the authority.</summary>
    public string Folder { get; init; } = DefaultFolder;

    /// <summary>File of the passphrase of the authority's key; null for none.</summary>
    public string? PassphraseFile { get; init; }

    /// <summary>DNS names of a server.</summary>
    public ImmutableArray<string> Hosts { get; init; } = [];

    /// <summary>IP addresses of a server.</summary>
    public ImmutableArray<string> Addresses { get; init; } = [];

    /// <summary>The client that a certificate is bound to; null for any.</summary>
    public int? ClientId { get; init; }

    /// <summary>Time until a certificate or a token expires.</summary>
    public TimeSpan Valid { get; init; }

    /// <summary>File that a token is written to.</summary>
    public string? Output { get; init; }
}
