using System.Text;

namespace AutoFlip.Tests;

/// <summary>A whole run on clients' own files, without any data at the server, is that of the simulation that had all files.</summary>
public sealed class OwnFederationTests : IDisposable
{
    readonly TemporaryFolder _folder = new();

    DataLocations Where => new() { Offline = true };

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Clients_with_files_of_their_own_train_the_model_of_the_simulation()
    {
        string[] owners = ["ann", "bob", "eve"];
        string[] rows =
        [
            .. Enumerable.Range(0, 75).Select(i => FormattableString.Invariant(
                $"{i * i % 31 / 4.0},{"red green blue".Split(' ')[i % 3]},{owners[i * 7 % 3]},{(i * i % 31 > 14 ? "high" : "low")}")),
        ];
        _folder.Write("all.csv", Encoding.UTF8.GetBytes("x,colour,who,y\n" + string.Join('\n', rows)));
        var experiment = new Experiment
        {
            Dataset = $"csv:{_folder["all.csv"]}",
            Target = "y",
            Owner = "who",
            Partition = "pre",
            Model = "TwoNN",
            HiddenSize = 16,
            CohortFraction = 0.7,
            Rounds = 4,
            LocalEpochs = 2,
            BatchSize = 4,
            EvaluateEvery = 2,
            DenseRounds = 1,
            ExplorerFraction = 1,
            WireUp = WireFormat.Int8,
        };
        var simulated = Simulation.Run(experiment, Options("simulated"));
        var contract = FederatedData.Load(ExperimentRules.Resolve(experiment, task: null), Where, ILoadObserver.None).Contract;
        var clients = new List<FederationClient>();

        // A file of each owner's rows but for every fifth, which are the server's in the simulation; the columns are in another order.
        var network = FederationServer.Run(
            experiment with { Dataset = DataSetName.Own, Target = "", Owner = "", Partition = "patho", Clients = 3 },
            (_, _) => new ServerData(contract, Test: null),
            session => new Seats([.. owners.Select((name, client) =>
            {
                _folder.Write($"{name}.csv", Encoding.UTF8.GetBytes("y,x,colour\n" + string.Join('\n',
                    rows.Where((row, i) => i % 5 != 4).Select(row => row.Split(',')).Where(row => row[2] == name)
                        .Select(row => $"{row[3]},{row[0]},{row[1]}"))));
                var data = ClientData.Own(
                    session.Experiment, session.Contract, new($"csv:{_folder[$"{name}.csv"]}"), client, Where, ILoadObserver.None, default);
                clients.Add(new FederationClient(session.Experiment, data, [client], _folder[$"state-{name}"], workers: 1));
                return clients[^1];
            })]),
            Options("network"));

        foreach (var client in clients) client.Dispose();
        Assert.Equal((simulated.ModelSha256, simulated.Traffic), (network.ModelSha256, network.Traffic));
        Assert.Equal("own", network.Dataset);
    }

    RunOptions Options(string folder) => new() { ResultPath = _folder[folder], Workers = 1, Offline = true };

    sealed class Seats(IReadOnlyList<FederationClient> clients) : IMessageChannel
    {
        public int Clients => clients.Count;

        public int AtOnce => 2;

        public async Task<Answer> SendAsync(int client, ReadOnlyMemory<byte> request, CancellationToken ct) =>
            Answer.Of(await clients[client].HandleAsync(client, request, missed: [], ct));
    }
}
