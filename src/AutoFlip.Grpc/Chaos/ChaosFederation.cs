using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace AutoFlip.Grpc;

/// <summary>The processes of a chaos run on loopback, and their files: a server, a client behind a <see cref="FaultProxy"/> (the
/// <em>victim</em>, seats 0 and 1), and another client beside it (seats 2 and 3).</summary>
sealed class ChaosFederation : IAsyncDisposable
{
    /// <summary>Name of the client behind the proxy.</summary>
    public const string VictimName = "victim";

    const string OtherName = "other", ServerName = "server";

    static readonly TimeSpan Look = TimeSpan.FromMilliseconds(10);

    readonly ChaosSetup _setup;
    readonly ChaosCell _cell;
    readonly string _folder, _runs;
    readonly int _port = FreePort();
    readonly List<(string Name, ChaosProcess Process)> _processes = [];
    readonly ChaosDisk? _disk;
    int _victims;

    /// <summary>Starts the processes.</summary>
    /// <param name="setup">What all runs share.</param>
    /// <param name="cell">The fault that will come.</param>
    /// <param name="folder">An empty folder.</param>
    public ChaosFederation(ChaosSetup setup, ChaosCell cell, string folder)
    {
        (_setup, _cell, _folder, _runs) = (setup, cell, folder, Path.Combine(folder, "net"));
        Pki = new(Path.Combine(folder, "pki"));
        if (cell.IsSecure)
        {
            Directory.CreateDirectory(Pki.Path);
            foreach (var file in Directory.GetFiles(setup.Pki.Path)) File.Copy(file, Path.Combine(Pki.Path, Path.GetFileName(file)));
        }
        _disk = cell.Fault switch
        {
            ChaosFault.FullServerDisk => ChaosDisk.TryMount(_runs),
            ChaosFault.FullClientDisk => ChaosDisk.TryMount(StateOf(VictimName)),
            _ => null,
        };
        Server = StartServer();
        Proxy = new FaultProxy(new(IPAddress.Loopback, _port), setup.Time);
        Victim = StartVictim();
        Other = StartOther();
    }

    /// <summary>Names of the peers with certificates: the server first.</summary>
    public static IReadOnlyList<string> Peers => [ServerName, VictimName, OtherName];

    /// <summary>The newest process of the server.</summary>
    public ChaosProcess Server { get; private set; }

    /// <summary>The process of the client behind the proxy that is to end with the run: the newest one.</summary>
    public ChaosProcess Victim { get; set; }

    /// <summary>The newest process of the other client.</summary>
    public ChaosProcess Other { get; private set; }

    /// <summary>The proxy.</summary>
    public FaultProxy Proxy { get; }

    /// <summary>Keys and certificates of this run.</summary>
    public PkiFolder Pki { get; }

    /// <summary>The run directory; null before there is one.</summary>
    public string? Run => Directory.Exists(_runs) ? Directory.GetDirectories(_runs).FirstOrDefault() : null;

    /// <summary>Seconds after which a task is closed without the replies that are missing.</summary>
    public int Deadline => _cell.Fault == ChaosFault.KillClientTwentyTimes ? 20 * ChaosSetup.RoundSeconds : ChaosSetup.RoundSeconds;

    /// <summary>Replies that did not count so far.</summary>
    public int Missing => Files(NetworkFolder.Name) is { } files ? Inbox.Records(files).Sum(task => task.Missing.Count) : 0;

    /// <summary>Lines of the audit log.</summary>
    public IReadOnlyList<string> Audit => Files(NetworkFolder.Name)?.Lines(AuditLog.FileName) ?? [];

    /// <summary>Rounds that are committed.</summary>
    public int Committed => Files("")?.Lines("rounds.jsonl").Count ?? 0;

    /// <summary>Files of replies at the server.</summary>
    public IEnumerable<string> Replies(string pattern)
    {
        try
        {
            return Run is { } run ? Directory.GetFiles(Path.Combine(run, NetworkFolder.Name), pattern, SearchOption.AllDirectories) : [];
        }
        catch (IOException) // a folder that is being deleted
        {
            return [];
        }
    }

    /// <summary>Something that the clients have left; null if there is nothing.</summary>
    public string? LeftByClients => ((string[])[VictimName, OtherName]).Select(StateOf).Where(Directory.Exists)
        .SelectMany(Directory.GetFileSystemEntries).FirstOrDefault();

    /// <summary>Texts that anybody can see: output, arguments and environment of all processes.</summary>
    public IEnumerable<(string Name, string Text)> Shown => _processes.SelectMany(
        process => process.Process.Shown.Append(string.Join('\n', process.Process.Lines)).Select(text => (process.Name, text)));

    /// <summary>Folders that hold no secrets.</summary>
    public IEnumerable<string> PublicFolders => [_runs, StateOf(VictimName), StateOf(OtherName)];

    /// <summary>Output of each process of the clients.</summary>
    public IEnumerable<IEnumerable<string>> Clients =>
        _processes.Where(process => process.Name != ServerName).Select(process => process.Process.Lines);

    /// <summary>Makes the disk of the fault full, or gives it room again.</summary>
    public bool IsDiskFull
    {
        set => _disk!.IsFull = value;
    }

    /// <summary>Starts the server, or resumes its run.</summary>
    public ChaosProcess StartServer() => Server = Run is { } run && File.Exists(Path.Combine(run, ExperimentFile.FileName))
        ? Start(ServerName, ["server", "--resume", run, .. ServerArguments], [])
        : Start(ServerName, ["server", _setup.Unbroken(_cell).Directory!, .. ServerArguments, "--result-path", _runs], []);

    /// <summary>Starts the client behind the proxy.</summary>
    /// <param name="state">Its folder; null for the usual one.</param>
    public ChaosProcess StartVictim(string? state = null)
    {
        Dictionary<string, string> clock = _cell.Fault switch
        {
            ChaosFault.ClockAhead => ChaosClock.Shifted("+1d"),
            ChaosFault.ClockBehind => ChaosClock.Shifted("-1d"),
            _ => [],
        };
        _victims++;
        return Victim = Start(VictimName, Client(Proxy.Address.Port, VictimName, "0-1", state ?? StateOf(VictimName)), clock);
    }

    /// <summary>Starts the other client.</summary>
    public ChaosProcess StartOther() => Other = Start(OtherName, Client(_port, OtherName, "2-3", StateOf(OtherName)), []);

    /// <summary>A folder for a second process of the client behind the proxy.</summary>
    public string SecondState => StateOf($"{VictimName}-{_victims}");

    /// <summary>Revokes the certificate of the client behind the proxy.</summary>
    public async Task RevokeAsync(CancellationToken ct)
    {
        using var revoke = new ChaosProcess(_setup.Program, ["pki", "revoke", VictimName, "-d", Pki.Path], ChaosSetup.Variables);
        if (await revoke.ExitAsync(TimeSpan.FromSeconds(30), ct) is not 0)
            throw AutoFlipException.RunFailed($"'autoflip pki revoke' failed: {revoke.LastLine}");
    }

    /// <summary>Waits for a condition while the server runs.</summary>
    /// <returns>True if it holds.</returns>
    public async Task<bool> UntilAsync(Func<bool> condition, TimeSpan limit, CancellationToken ct)
    {
        for (var started = _setup.Time.GetTimestamp(); _setup.Time.GetElapsedTime(started) < limit && !Server.HasExited;)
        {
            if (condition()) return true;
            await Task.Delay(Look, _setup.Time, ct);
        }
        return condition();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var (i, (name, process)) in _processes.Index())
        {
            process.Dispose();
            File.WriteAllLines(Path.Combine(_folder, $"{i}-{name}.log"), process.Lines); // for whoever looks into a run that was kept
        }
        await Proxy.DisposeAsync();
        _disk?.Dispose();
    }

    ChaosProcess Start(string name, IEnumerable<string> arguments, Dictionary<string, string> variables)
    {
        var process = new ChaosProcess(
            _setup.Program, arguments, new Dictionary<string, string>([.. ChaosSetup.Variables, .. variables]));
        _processes.Add((name, process));
        return process;
    }

    string[] ServerArguments =>
    [
        "--listen", string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{_port}"), .. Identity, "--min-clients", "2",
        "--min-samples", "1", "--round-attempts", "10", "--round-timeout", $"{Deadline}s", "--start-timeout", "2m", "--quiet",
    ];

    string[] Client(int port, string name, string seats, string state) =>
    [
        "client", "--server", string.Create(CultureInfo.InvariantCulture, $"{(_cell.IsSecure ? "https" : "http")}://127.0.0.1:{port}"),
        .. Identity, "--name", name, "--seats", seats, "--state", state, "--once", "--give-up", "1m", "--workers", "1",
    ];

    string[] Identity => _cell.IsSecure ? ["--pki", Pki.Path] : ["--insecure"];

    string StateOf(string name) => Path.Combine(_folder, name);

    ServerFiles? Files(string folder) => Run is { } run ? new(Path.Combine(run, folder)) : null;

    static int FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }
}
