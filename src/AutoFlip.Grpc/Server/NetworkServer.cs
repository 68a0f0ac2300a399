namespace AutoFlip.Grpc;

/// <summary>A run whose clients come over a network.</summary>
public static class NetworkServer
{
    static readonly TimeSpan Farewell = TimeSpan.FromSeconds(5), Look = TimeSpan.FromMilliseconds(50);

    /// <summary>Runs an experiment from the start: see <see cref="FederationServer.Run"/>.</summary>
    public static RunSummary Run(
        Experiment experiment, Func<Experiment, RunObserver, ServerData> load, ServerOptions options, RunOptions run,
        RunObserver observer, TimeProvider time, CancellationToken cancel) =>
        Within(options, observer, time, cancel, (connect, ct) => FederationServer.Run(experiment, load, connect, run, observer, time, ct));

    /// <summary>Goes on with a run: see <see cref="FederationServer.Resume"/>.</summary>
    public static RunSummary Resume(
        string path, Func<Experiment, RunObserver, ServerData> load, ServerOptions options, RunOptions run,
        RunObserver observer, TimeProvider time, CancellationToken cancel) =>
        Within(options, observer, time, cancel, (connect, ct) => FederationServer.Resume(path, load, connect, run, observer, time, ct));

    /// <summary>The folder of a run with what is of the network.</summary>
    public static string FolderOf(string directory) => OwnFile.Folder(directory, NetworkFolder.Name);

    /// <summary>The file with the data contract of a run.</summary>
    public static string ContractOf(string directory) => Path.Combine(FolderOf(directory), "contract.json");

    /// <summary>Name of the test set that the server of a run has loaded itself; null if it has none.</summary>
    public static string? TestOf(string directory) => File.Exists(TestFile(directory)) ? File.ReadAllText(TestFile(directory)) : null;

    static string TestFile(string directory) => Path.Combine(FolderOf(directory), "test.txt");

    /// <summary>Runs what needs a channel to clients, with a socket that they connect to.</summary>
    internal static T Within<T>(
        ServerOptions options, RunObserver observer, TimeProvider time, CancellationToken cancel,
        Func<Func<ServerSession, IMessageChannel>, CancellationToken, T> run)
    {
        if (options.Admin is { } asked) AdminAddress.Check(asked);
        if (options.Pki is null && !ServerHost.AddressOf(options.Listen).IsLocal)
            throw AutoFlipException.BadRequest(
                $"The address {options.Listen} can be reached from other machines, and there are no certificates. "
                + "Give the folder of an authority, or listen on 127.0.0.1 or a Unix socket.");
        using var identity = options.Pki is { } pki ? PeerIdentity.LoadServer(new PkiFolder(pki), options.Name, time) : null;
        using var interceptor = identity is null ? null : new PeerInterceptor(identity, time);
        using var enrolment = options is { Enrols: true, Pki: { } authority }
            ? new ServerEnrolment(new PkiFolder(authority), options.Passphrase, time, new RepeatedWarnings(observer.Warning, time).Warn)
            : null;
        Coordinator? coordinator = null;
        ServerHost? host = null;
        AdminHost? admin = null;
        PrometheusText? metrics = null;
        try
        {
            var summary = run(
                session =>
                {
                    ICallers callers = identity is null ? new NamedCallers() : new CertifiedCallers(identity);
                    var folder = FolderOf(session.Directory);
                    session.Contract.Write(ContractOf(session.Directory));
                    if (options.Test is { } test) AtomicFile.Write(TestFile(session.Directory), test);
                    coordinator = new Coordinator(session, options, new ServerFiles(folder), callers, time);
                    metrics = new PrometheusText(coordinator.Metrics.Meter);
                    var service = new FederationService(FactsOf(session), coordinator, callers, options, enrolment, time);
                    var warnings = new RepeatedWarnings(session.Observer.Warning, time);
                    var tls = identity is null ? null : Tls.OfKestrel(
                        identity, anonymous: options.Enrols,
                        why =>
                        {
                            coordinator.Metrics.Refused("tls");
                            warnings.Warn($"A connection was refused: {why}");
                        });
                    host = ServerHost.StartAsync(
                        options.Listen, tls, interceptor, service, coordinator.Metrics, warnings.Warn, session.Experiment.Clients)
                        .GetAwaiter().GetResult();
                    admin = AdminHost.StartAsync(new AdminCalls(coordinator, metrics.Write), options.Admin, folder)
                        .GetAwaiter().GetResult();
                    if (identity?.ExpiryWarning() is { } expiring) session.Observer.Warning(expiring);
                    session.Observer.Note($"Listening on {host.Address}. Admin socket: {admin.Address}.");
                    options.Listening(host.Address);
                    return coordinator;
                },
                cancel);
            coordinator!.End(reason: null);
            return summary;
        }
        catch (AutoFlipException e)
        {
            coordinator?.End(e.Message);
            throw;
        }
        finally
        {
            StopAsync(host, coordinator, time).GetAwaiter().GetResult();
            admin?.DisposeAsync().AsTask().GetAwaiter().GetResult();
            metrics?.Dispose();
            coordinator?.Dispose();
        }
    }

    /// <summary>Stops once the clients have learnt the end; at once if the run was interrupted, for then they wait for it to be
    /// resumed.</summary>
    static async Task StopAsync(ServerHost? host, Coordinator? coordinator, TimeProvider time)
    {
        if (host is null || coordinator is null) return;
        for (var started = time.GetTimestamp(); coordinator.HasEndedForWatchers && time.GetElapsedTime(started) < Farewell;)
            await Task.Delay(Look, time);
        await host.DisposeAsync();
    }

    static RunFacts FactsOf(ServerSession session) => new(
        ExperimentFile.Write(DataSetName.WithoutFolders(session.Experiment), partitionSha256: ""), session.Contract.ToJson(),
        Convert.FromHexString(session.Contract.Sha256));
}
