using System.Collections.Immutable;
using System.Net;
using AutoFlip.Grpc;

namespace AutoFlip.Cli;

/// <summary><c>autoflip pki</c>: certificates of a federation's servers and clients.</summary>
sealed class PkiCommand : ICommand
{
    const string Accepted = "init DIR, issue server NAME, issue client NAME, renew NAME, revoke NAME, list";

    /// <inheritdoc/>
    public string Name => "pki";

    /// <inheritdoc/>
    public string Usage => "pki init|issue|renew|revoke|list";

    /// <inheritdoc/>
    public string Summary => "Certificates of servers and clients.";

    /// <inheritdoc/>
    public string Details => """
          pki init DIR             make an authority: a key that signs all certificates
          pki issue server NAME    key and certificate of a server, for --dns and --ip
          pki issue client NAME    key and certificate of a client
          pki renew NAME           a new certificate for the same key
          pki revoke NAME          refuse a name from now on, on open connections too
          pki list                 all certificates and their state
        """;

    /// <inheritdoc/>
    public IReadOnlyList<Setting> Settings => NetworkSettings.Pki;

    /// <inheritdoc/>
    public Request Defaults => new() { Pki = new() { Valid = Authority.DefaultValidity } };

    /// <inheritdoc/>
    public ExitCode Invoke(CommandLine line, Host host)
    {
        var (request, words, warnings) = line.Over(Defaults);
        foreach (var warning in warnings) host.Warn(warning);
        var options = request.Pki;
        if (words is not ["issue", "server", _] && (options.Hosts is not [] || options.Addresses is not []))
            throw AutoFlipException.BadRequest("--dns and --ip apply to 'pki issue server' only.");
        if (words is not ["issue", "client", _] && options.ClientId is not null)
            throw AutoFlipException.BadRequest("--client-id applies to 'pki issue client' only.");
        var folder = new PkiFolder(options.Folder);
        switch (words)
        {
            case ["init", var path]: Init(path, options, host); break;
            case ["issue", "server", var name]:
                var (hosts, addresses) = AddressesOf(options);
                Issue(folder, options, host, authority => authority.IssueServer(name, hosts, addresses, options.Valid));
                break;
            case ["issue", "client", var name]:
                Issue(folder, options, host, authority => authority.IssueClient(name, options.ClientId, options.Valid));
                break;
            case ["renew", var name]: Issue(folder, options, host, authority => authority.Renew(name, options.Valid)); break;
            case ["revoke", var name]: Revoke(name, folder, host); break;
            case ["list"]: CertificateTable.Write(new CertificateRegister(folder, host.Time).List(), request.Show.Json, host); break;
            default:
                throw AutoFlipException.BadRequest(
                    $"pki: '{string.Join(' ', words)}' is not accepted. Accepted: {Accepted}. See 'autoflip pki --help'.");
        }
        return ExitCode.Done;
    }

    /// <summary>The passphrase in the file that an option names; null without one.</summary>
    internal static string? PassphraseOf(PkiOptions options) =>
        options.PassphraseFile is { } file ? Passphrase.Read(file) : null;

    static void Init(string path, PkiOptions options, Host host)
    {
        if (options.Folder != PkiOptions.DefaultFolder)
            throw AutoFlipException.BadRequest("pki init: the folder is given twice. Give it without --directory (-d).");
        var folder = new PkiFolder(path);
        Authority.Create(folder, PassphraseOf(options), host.Time);
        host.Print($"{folder.AuthorityCertificate}: certificate of the authority, for every machine");
        host.Print(
            $"{folder.AuthorityKey}: its private key{(options.PassphraseFile is null ? ", unencrypted" : "")}. It stays on this machine.");
    }

    static void Issue(PkiFolder folder, PkiOptions options, Host host, Func<Authority, Peer> issue)
    {
        using var authority = Authority.Open(folder, PassphraseOf(options), host.Time);
        var peer = issue(authority);
        host.Print($"{folder.CertificateOf(peer.Kind, peer.Name)}: valid until {peer.NotAfter.UtcDateTime:yyyy-MM-dd}");
        if (peer.NotAfter < host.Time.GetUtcNow() + options.Valid - TimeSpan.FromDays(1))
            host.Warn("the certificate ends with the authority's own, before the time that --valid asks for.");
    }

    static void Revoke(string name, PkiFolder folder, Host host)
    {
        var tokens = new TokenStore(folder, host.Time).Revoke(name); // first, or its holder could enrol again
        var register = new CertificateRegister(folder, host.Time);
        if (tokens > 0 && !register.List().Any(one => one.Certificate.Name == name))
        {
            host.Print($"{name}: withdrawn tokens: {tokens}. No certificate was issued to this name.");
            return;
        }
        var count = register.Revoke(name);
        host.Print(count == 0
            ? $"{name}: revoked already"
            : $"{name}: revoked, {(count == 1 ? "1 certificate" : $"{count} certificates")}. A server on another machine needs the new "
                + "crl.txt.");
    }

    static (ImmutableArray<string> Hosts, ImmutableArray<IPAddress> Addresses) AddressesOf(PkiOptions options)
    {
        if (options.Hosts is [] && options.Addresses is [])
            throw AutoFlipException.BadRequest(
                "pki issue server: clients check the server's address. Give its name with --dns or its address with --ip.");
        foreach (var host in options.Hosts)
            if (Uri.CheckHostName(host) != UriHostNameType.Dns)
                throw AutoFlipException.BadRequest(
                    $"--dns: '{ForeignText.Quote(host)}' is not a DNS name. Accepted: a name such as fl.example.org.");
        return (options.Hosts, [.. options.Addresses.Select(AddressOf)]);
    }

    static IPAddress AddressOf(string text) =>
        IPAddress.TryParse(text, out var address) && (address.AddressFamily != System.Net.Sockets.AddressFamily.InterNetwork
            || address.ToString() == text) // 127.1 is an address for old programs only
            ? address
            : throw AutoFlipException.BadRequest(
                $"--ip: '{ForeignText.Quote(text)}' is not an address. Accepted: IPv4 as 192.0.2.7, or IPv6 as 2001:db8::7.");
}
