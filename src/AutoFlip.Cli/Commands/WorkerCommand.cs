using System.Net;
using AutoFlip.Orleans;

namespace AutoFlip.Cli;

/// <summary><c>autoflip worker</c>: computes clients of runs on other machines.</summary>
sealed class WorkerCommand : ICommand
{
    /// <inheritdoc/>
    public string Name => "worker";

    /// <inheritdoc/>
    public string Usage => "worker --cluster ADDRESS";

    /// <inheritdoc/>
    public string Summary => "Compute clients of runs on other machines.";

    /// <inheritdoc/>
    public string Details => """
        Joins a cluster and computes clients of the runs that 'autoflip run --cluster' starts in it.
        It may be killed at any time: its clients are computed elsewhere. Its data must be those of the
        machine that runs the experiment. See docs/scaling.md.
        """;

    /// <inheritdoc/>
    public IReadOnlyList<Setting> Settings => NetworkSettings.Worker;

    /// <inheritdoc/>
    public ExitCode Invoke(CommandLine line, Host host)
    {
        var (request, words, warnings) = line.Over(new Request());
        foreach (var warning in warnings) host.Warn(warning);
        if (words is not []) throw AutoFlipException.BadRequest($"worker: '{words[0]}' is not accepted; options are.");
        var options = OptionsOf(request.Network) ?? throw AutoFlipException.BadRequest(
            $"worker: --cluster is missing. Accepted: {ClusterAddress.Accepted}.");
        var slots = request.Network.Slots ?? request.Options.Workers;
        if (slots < 1)
            throw AutoFlipException.BadRequest($"--slots: '{slots}' is not accepted. Accepted: a whole number of at least 1.");
        ClusterWorker.RunAsync(
            options, request.Options with { Wording = Spelling.Of }, slots, request.Network.Once, new ClientLog(host, request.Show.Quiet),
            host.Time, host.Cancel).GetAwaiter().GetResult();
        return ExitCode.Done;
    }

    /// <summary>Functions that run and resume a request's experiment: in this process, or in the cluster that it names.</summary>
    /// <exception cref="AutoFlipException">A cluster and a device that its workers do not have (exit 2).</exception>
    internal static Engine EngineOf(Request request, Host host)
    {
        if (OptionsOf(request.Network) is not { } cluster) return host.Engine;
        if (request.Options.Device is { } device && !device.Equals("cpu", StringComparison.OrdinalIgnoreCase))
            throw AutoFlipException.BadRequest(
                $"--device {device}: workers of a cluster compute on processors. Accepted with --cluster: cpu.");
        return new(
            (experiment, options, observer, time, cancel) => ClusterRun.Run(
                experiment, cluster, options with { Wording = Spelling.Of }, observer, time, cancel),
            (directory, options, observer, time, cancel) => ClusterRun.Resume(
                directory, cluster, options with { Wording = Spelling.Of }, observer, time, cancel));
    }

    /// <summary>The settings of a cluster; null if none is named.</summary>
    /// <exception cref="AutoFlipException">One is not accepted (exit 2).</exception>
    static ClusterOptions? OptionsOf(NetworkOptions options)
    {
        if (options.Cluster is not { } text)
            return options with { Slots = null, Once = false } == new NetworkOptions() ? null : throw AutoFlipException.BadRequest(
                "--listen, --pki, --server-name, --redis-password-file and --start-timeout go with --cluster.");
        return new()
        {
            Cluster = ClusterAddress.Parse(text)
                ?? throw AutoFlipException.BadRequest($"--cluster: '{text}' is not accepted. Accepted: {ClusterAddress.Accepted}."),
            Listen = options.Listen is not { } listen ? null : IPEndPoint.TryParse(listen, out var address) && address.Port > 0 ? address
                : throw AutoFlipException.BadRequest($"--listen: '{listen}' is not accepted. Accepted: an IP address and a port."),
            Pki = options.Pki,
            Name = options.ServerName,
            PasswordFile = options.RedisPasswordFile,
            StartTimeout = options.StartTimeout,
        };
    }
}
