using AutoFlip.Grpc;

namespace AutoFlip.Tests;

/// <summary>A server and its clients in this process, over a Unix socket.</summary>
static class NetworkFederation
{
    /// <summary>Runs an experiment whose data set every client has.</summary>
    public static async Task<RunSummary> RunAsync(Experiment experiment, string folder, CancellationToken ct)
    {
        var socket = $"unix:{Path.Combine(folder, "s")}";
        var server = ServerAsync(experiment, socket, folder, ct);
        var clients = Enumerable.Range(0, experiment.Clients).Select(seat => ClientAsync(socket, seat, folder, ct)).ToArray();
        await Task.WhenAll(clients);
        return await server;
    }

    static Task<RunSummary> ServerAsync(Experiment experiment, string socket, string folder, CancellationToken ct) => Task.Run(
        () => NetworkServer.Run(
            experiment, (settled, all) => ServerData.Of(FederatedData.Load(settled, DataLocations.Of(new()), all, ct)),
            new ServerOptions
            {
                Listen = socket,
                MinSamples = 1,
                Rules = new RoundRules { Timeout = TimeSpan.FromSeconds(60), MinClients = experiment.Clients },
            },
            new RunOptions { ResultPath = Path.Combine(folder, "net"), Workers = 1 }, RunObserver.None, TimeProvider.System, ct),
        ct);

    static async Task ClientAsync(string socket, int seat, string folder, CancellationToken ct)
    {
        using var client = new NetworkClient(
            new ClientOptions
            {
                Server = socket,
                Name = $"c{seat}",
                Seats = [seat],
                State = Path.Combine(folder, $"state-{seat}"),
                Workers = 1,
                Once = true,
            },
            run => ClientData.Dealt(run.Experiment, DataLocations.Of(new()), RunObserver.None, ct), new Silent(),
            TimeProvider.System);
        await client.RunAsync(ct);
    }

    sealed class Silent : IClientLog
    {
        public void Note(string message) { }

        public void Warning(string message) { }
    }
}
