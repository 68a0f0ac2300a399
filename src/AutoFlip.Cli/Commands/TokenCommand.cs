using AutoFlip.Grpc;

namespace AutoFlip.Cli;

/// <summary><c>autoflip token</c>: single-use tokens, which clients exchange for certificates.</summary>
sealed class TokenCommand : ICommand
{
    /// <inheritdoc/>
    public string Name => "token";

    /// <inheritdoc/>
    public string Usage => "token create|list|revoke";

    /// <inheritdoc/>
    public string Summary => "Single-use tokens to enrol clients.";

    /// <inheritdoc/>
    public string Details => """
          token create NAME -o FILE    a file with which one machine becomes the client NAME
          token list                   all tokens and their state
          token revoke NAME            withdraw the tokens of a name

        FILE holds the token and the certificate of the authority, and can be read by its owner
        only. The token is shown nowhere else; the authority keeps its hash.
        """;

    /// <inheritdoc/>
    public IReadOnlyList<Setting> Settings => NetworkSettings.Token;

    /// <inheritdoc/>
    public Request Defaults => new() { Pki = new() { Valid = TokenStore.DefaultValidity } };

    /// <inheritdoc/>
    public ExitCode Invoke(CommandLine line, Host host)
    {
        var (request, words, warnings) = line.Over(Defaults);
        foreach (var warning in warnings) host.Warn(warning);
        var options = request.Pki;
        if (words is not ["create", _] && (options.ClientId is not null || options.Output is not null))
            throw AutoFlipException.BadRequest("--client-id and --output apply to 'token create' only.");
        var folder = new PkiFolder(options.Folder);
        var store = new TokenStore(folder, host.Time);
        switch (words)
        {
            case ["create", var name]: Create(name, folder, options, host); break;
            case ["list"]: TokenTable.Write(store.List(), request.Show.Json, host); break;
            case ["revoke", var name]:
                host.Print($"{name}: withdrawn tokens: {store.Revoke(name)}");
                break;
            default:
                throw AutoFlipException.BadRequest(
                    $"token: '{string.Join(' ', words)}' is not accepted. Accepted: create NAME, list, revoke NAME. "
                    + "See 'autoflip token --help'.");
        }
        return ExitCode.Done;
    }

    static void Create(string name, PkiFolder folder, PkiOptions options, Host host)
    {
        if (options.Output is not { } output)
            throw AutoFlipException.BadRequest("token create: a token is written to a file only. Give the file with --output (-o).");
        TokenFile.Issue(new TokenStore(folder, host.Time), folder, name, options.ClientId, options.Valid, output);
        host.Print($"{output}: for the client '{name}', once, within {Duration.Text(options.Valid)}");
    }
}
