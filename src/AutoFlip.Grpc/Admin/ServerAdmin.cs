using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace AutoFlip.Grpc;

/// <summary>Requests to the admin socket of a running server, which is found by its run directory.</summary>
public sealed class ServerAdmin : IDisposable
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(30); // a machine that trains is busy

    readonly string _directory;
    readonly HttpClient _http;

    /// <summary>Finds the socket.</summary>
    /// <param name="directory">The run directory.</param>
    /// <exception cref="AutoFlipException">It is no run of a server (exit 2), or no server carries it out (exit 4).</exception>
    public ServerAdmin(string directory)
    {
        _directory = directory;
        var network = Path.Combine(directory, NetworkFolder.Name);
        if (!Directory.Exists(network))
            throw AutoFlipException.BadRequest($"'{directory}' is no run directory of a server: it has no folder '{NetworkFolder.Name}'.");
        var address = AdminAddress.Read(network) ?? throw NotRunning();
        var handler = new SocketsHttpHandler { UseProxy = false };
        if (address.UnixPath is { } path) handler.ConnectCallback = UnixSocket.ConnectTo(path);
        _http = new HttpClient(handler) { BaseAddress = new($"http://{(object?)address.EndPoint ?? "localhost"}"), Timeout = Patience };
    }

    /// <summary>The server now.</summary>
    /// <exception cref="AutoFlipException">It does not answer (exit 4).</exception>
    public Task<ServerStatus> StatusAsync(CancellationToken ct) => CallAsync(
        async () => (await _http.GetFromJsonAsync<ServerStatus>("/status", RunJson.Line, ct))!);

    /// <summary>Begins no further round.</summary>
    /// <returns>One sentence.</returns>
    /// <exception cref="AutoFlipException">It cannot be done now, or the server does not answer (exit 4).</exception>
    public Task<string> DrainAsync(CancellationToken ct) => PostAsync("/drain", ct);

    /// <summary>Closes the open task with the replies that are stored.</summary>
    /// <inheritdoc cref="DrainAsync"/>
    public Task<string> CloseRoundAsync(CancellationToken ct) => PostAsync("/close-round", ct);

    /// <summary>Excludes a client from further tasks.</summary>
    /// <inheritdoc cref="DrainAsync"/>
    public Task<string> QuarantineAsync(string name, CancellationToken ct) =>
        PostAsync(AdminCalls.Quarantine + PeerName.Check(name), ct);

    /// <summary>Admits an excluded client again.</summary>
    /// <inheritdoc cref="DrainAsync"/>
    public Task<string> AdmitAsync(string name, CancellationToken ct) => PostAsync(AdminCalls.Admit + PeerName.Check(name), ct);

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    Task<string> PostAsync(string path, CancellationToken ct) => CallAsync(async () =>
    {
        using var response = await _http.PostAsync(path, content: null, ct);
        var answer = JsonNode.Parse(await response.Content.ReadAsStringAsync(ct))!;
        var message = (string)answer["message"]!;
        return response.IsSuccessStatusCode ? message : throw AutoFlipException.RunFailed(message);
    });

    async Task<T> CallAsync<T>(Func<Task<T>> call)
    {
        try
        {
            return await call();
        }
        catch (HttpRequestException e) when (e.HttpRequestError == HttpRequestError.ConnectionError)
        {
            throw NotRunning(e);
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException { InnerException: TimeoutException } or JsonException)
        {
            throw AutoFlipException.RunFailed($"The server of '{_directory}' has given no answer: {e.Message}", e);
        }
    }

    AutoFlipException NotRunning(Exception? e = null) =>
        AutoFlipException.RunFailed($"No server is running for '{_directory}', or none on this machine.", e);
}
