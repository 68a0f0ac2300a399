namespace AutoFlip;

/// <summary>The clients' half of a run over a network: carries out tasks on this machine's data.</summary>
/// <remarks>One object may be several clients. Nothing of the data leaves it but what docs/protocol.md lists; what went wrong is sent as
/// a category, without the text of an exception, which might hold paths or values.</remarks>
public sealed class FederationClient : IDisposable
{
    readonly Experiment _experiment;
    readonly ClientData _data;
    readonly WorkerPool _pool;
    readonly ClientHost _host;
    readonly ClientFiles _memory;

    /// <summary>Builds the network and starts the threads.</summary>
    /// <param name="experiment">The run's experiment, as the server has it.</param>
    /// <param name="data">This machine's data, under the run's contract.</param>
    /// <param name="clients">The clients that this object is.</param>
    /// <param name="folder">Where masks and the clients' vectors are kept between rounds and restarts.</param>
    /// <param name="workers">Clients that compute at the same time.</param>
    /// <param name="time">The clock; null: the system's.</param>
    /// <param name="models">Folder of the clients' personal models (<see cref="FederatedAlgorithm.IsPersonal"/>), one file each as it was
    /// last evaluated: after the client's training, or with what the server last sent. Null: they are not written.</param>
    /// <exception cref="AutoFlipException">The network does not fit the data, or the folder cannot be read (see
    /// <see cref="ExitCode"/>).</exception>
    public FederationClient(
        Experiment experiment, ClientData data, IReadOnlyCollection<int> clients, string folder, int workers, TimeProvider? time = null,
        string? models = null)
    {
        (_experiment, _data) = (experiment, data);
        LibTorch.Require();
        var (method, contract) = (Catalog.Resolve(experiment), data.Contract);
        var network = RunNetwork.Build(experiment, method, contract, all => TrainingMemory.Of(
            experiment, all, clients.Max(data.TrainSamples), Math.Min(workers, clients.Count)).Require(experiment, MemoryLimit.OfProcess));
        var masks = new MaskFiles(Path.Combine(folder, "masks")).Open(network, method.Algorithm.Travels(network));
        _memory = new ClientFiles(Path.Combine(folder, "memory"), network.Layout);
        _host = new ClientHost(experiment, method, network, data.Inner, _memory, time ?? TimeProvider.System)
        {
            Masks = masks,
            OwnModel = models is null ? null : (task, client, model) => SaveOwn(models, task, client, model),
            Reason = e =>
            {
                Failed?.Invoke(e);
                return CategoryOf(e);
            },
        };
        _pool = new WorkerPool(workers, experiment.ThreadsPerClient, () => Workspace.Of(experiment, method.Optimizer));
    }

    /// <summary>Receives each failure of a task, for the client's own log.</summary>
    public Action<Exception>? Failed { get; set; }

    /// <summary>Carries out a task on the next free thread.</summary>
    /// <param name="client">The client.</param>
    /// <param name="task">The task's bytes, which must stay as they are until it is done.</param>
    /// <param name="missed">Rounds in which the client's training did not count: what it kept of them (residuals, control variates) is
    /// discarded first, as if it had not been asked.</param>
    /// <param name="ct">Stops it within one batch.</param>
    /// <returns>The reply's bytes. A failure is a reply too.</returns>
    /// <exception cref="AutoFlipException">The client's own files are damaged or cannot be written (exit 3 or 4).</exception>
    public Task<ReadOnlyMemory<byte>> HandleAsync(
        int client, ReadOnlyMemory<byte> task, IReadOnlyCollection<int> missed, CancellationToken ct) =>
        _pool.RunAsync(workspace =>
        {
            ct.ThrowIfCancellationRequested(); // it may have waited for a thread
            _memory.Discard(client, missed);
            return _host.Handle(workspace, task.Span, client, ct);
        });

    /// <summary>The round whose vectors a client's training of a round started from.</summary>
    /// <param name="client">The client.</param>
    /// <param name="round">The round, which it has trained.</param>
    /// <returns>0: there were none; null: it keeps none between rounds.</returns>
    public int? StartOf(int client, int round) => _memory.StartOf(client, round);

    void SaveOwn(string folder, ReceivedTask task, int client, Weights model)
    {
        var card = ModelCard.Of(_experiment, _data.Contract) with
        {
            Input = _data.Inner.ShareOf(client).Train.Recipe, // of a table, by the moments of its own rows
            Round = task.Task.Round,
        };
        card = task.Mask.Units is null ? card with { ModelSha256 = model.Sha256() } : card.WithWidthsOf(task.Mask.Small);
        OwnFile.MakeFolder(folder, $"The folder '{folder}' of personal models"); // as a model that cannot be written, it ends the client
        Safetensors.Write(Path.Combine(folder, RunDirectory.PersonalModelOf(client)), model, card.Metadata(_experiment));
    }

    /// <summary>The reason of a failure as the server gets it. Only a sentence of ours about numbers is sent as it is.</summary>
    static string CategoryOf(Exception e) => e switch
    {
        AutoFlipException { Code: ExitCode.RunFailed, InnerException: null } => e.Message,
        InvalidDataException => "the task or a sample could not be read; the client's log has the reason.",
        OutOfMemoryException => "the client is out of memory.",
        _ => "an error on the client; its log has the reason.",
    };

    /// <inheritdoc/>
    public void Dispose() => _pool.Dispose();
}
