using System.Text.Json;
using AutoFlip.Grpc;

namespace AutoFlip.Cli;

/// <summary>Requests to a running server: <c>autoflip server --status RUN</c> and its like.</summary>
static class ServerOperation
{
    /// <summary>Carries out the request of a command line.</summary>
    /// <param name="request">The options.</param>
    /// <param name="words">The words besides options.</param>
    /// <param name="host">The streams.</param>
    /// <returns>False if it has none: then a run is meant.</returns>
    /// <exception cref="AutoFlipException">It is not accepted (exit 2), or no server answers (exit 4).</exception>
    public static bool TryRun(Request request, IReadOnlyList<string> words, Host host)
    {
        var options = request.Network;
        (string Option, Func<ServerAdmin, Task<string>> Call)[] asked =
        [
            .. Asked(options.Status, "--status", server => StatusAsync(server, request.Show.Json, host.Cancel)),
            .. Asked(options.Drain, "--drain", server => server.DrainAsync(host.Cancel)),
            .. Asked(options.CloseRound, "--close-round", server => server.CloseRoundAsync(host.Cancel)),
            .. Asked(options.Quarantine is not null, "--quarantine", server => server.QuarantineAsync(options.Quarantine!, host.Cancel)),
            .. Asked(options.Admit is not null, "--admit", server => server.AdmitAsync(options.Admit!, host.Cancel)),
        ];
        if (asked is []) return false;
        if (asked is not [var (option, call)])
            throw AutoFlipException.BadRequest(
                $"server: {string.Join(" and ", asked.Select(one => one.Option))} contradict each other. Give one of them.");
        if (words is not [var directory])
            throw AutoFlipException.BadRequest($"server {option}: one run directory is expected. The server prints it as its first line.");
        using var admin = new ServerAdmin(directory);
        host.Out.WriteLine(call(admin).GetAwaiter().GetResult());
        return true;
    }

    static (string, Func<ServerAdmin, Task<string>>)[] Asked(bool isAsked, string option, Func<ServerAdmin, Task<string>> call) =>
        isAsked ? [(option, call)] : [];

    static async Task<string> StatusAsync(ServerAdmin server, bool json, CancellationToken ct)
    {
        var status = await server.StatusAsync(ct);
        return json ? JsonSerializer.Serialize(status, RunJson.Document) : string.Join('\n', ServerStatusText.Lines(status));
    }
}
