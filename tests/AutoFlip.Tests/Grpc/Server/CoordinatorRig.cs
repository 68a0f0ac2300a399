using System.Security.Cryptography;
using AutoFlip.Grpc;
using AutoFlip.Grpc.V1;
using Google.Protobuf;

namespace AutoFlip.Tests;

/// <summary>A coordinator without sockets: its calls are made by hand, on a disk and a clock of the test.</summary>
sealed class CoordinatorRig : IDisposable
{
    public const int Seats = 4;
    const ulong Run = 7;

    readonly ServerOptions _options;
    readonly RunObserver _observer;

    public CoordinatorRig(
        RoundRules? rules = null, TimeSpan? startTimeout = null, IServerFiles? disk = null, RunObserver? observer = null,
        int maxRefusals = int.MaxValue, int seats = Seats)
    {
        Sessions = new Session?[seats];
        _observer = observer ?? RunObserver.None;
        _options = new ServerOptions
        {
            Listen = "unix:none",
            Rules = rules ?? new RoundRules { Timeout = TimeSpan.FromSeconds(60), MinClients = Seats },
            StartTimeout = startTimeout,
            MaxRefusals = maxRefusals,
        };
        Files = disk ?? Disk;
        Server = Started();
    }

    public MemoryDisk Disk { get; } = new();

    public IServerFiles Files { get; }

    public StoppedClock Time { get; } = new();

    public Coordinator Server { get; private set; }

    public Session?[] Sessions { get; }

    public Task<Answer>[] Answers { get; private set; } = [];

    public CohortTask Task { get; private set; } = TaskOf(1);

    /// <summary>The round that all clients trained last, as far as the engine has finished it.</summary>
    public int LastTrained { get; set; }

    public static CohortTask TaskOf(int round, ClientWork work = ClientWork.Train, int seats = Seats) =>
        new(Run, round, work, TaskId.Of(Run, round, work), [.. Enumerable.Range(0, seats)], 1 << 20);

    /// <summary>The reply of a seat: a result without values.</summary>
    public ReadOnlyMemory<byte> ReplyOf(int seat) => ReplyCodec.Finish(
        ReplyCodec.Begin(Task.Id, seat), new() { Client = seat, Examples = 1 + seat, Seconds = new(0, 0, 0) });

    public ReadOnlyMemory<byte> RequestOf(int round) => new byte[] { 1, 2, 3, (byte)round };

    /// <summary>Ends the process without a word, and starts another on the same disk.</summary>
    public void Restart()
    {
        Server.Dispose();
        Array.Clear(Sessions);
        Server = Started();
    }

    public void Join(int seat, string? name = null, ulong process = 0)
    {
        var caller = Join(name ?? $"c{seat}", process, out var session, seat);
        Sessions[seat] = Server.SessionOf(caller.Name, session);
        Server.Watching(Sessions[seat]!, isOpen: true);
    }

    /// <summary>Joins for two seats.</summary>
    public void Join(string name, int seat, int other) => Join(name, process: 0, out _, seat, other);

    Caller Join(string name, ulong process, out ulong session, params ReadOnlySpan<int> seats)
    {
        var request = new JoinRequest
        {
            Run = Coordinator.Bytes(Run),
            Version = ExperimentFile.ProgramVersion,
            Processor = "p",
            Process = process,
            ContractSha256 = ByteString.CopyFrom(1),
        };
        foreach (var seat in seats) request.Seats.Add(new Seat { Number = (uint)seat, TrainSamples = 100, HeldOutSamples = 10 });
        var caller = new Caller(name, null);
        session = Server.Join(caller, request, [1]).Session;
        return caller;
    }

    public void Dispose() => Server.Dispose();

    public void JoinAll()
    {
        for (var seat = 0; seat < Sessions.Length; seat++) Join(seat);
    }

    /// <summary>The operator admits everybody again, and those who are not there join.</summary>
    public void AdmitAll()
    {
        for (var seat = 0; seat < Seats; seat++)
        {
            Server.SetQuarantine($"c{seat}", isExcluded: false);
            if (Sessions[seat] is null) Join(seat);
        }
    }

    public void Lose(int seat)
    {
        if (Sessions[seat] is not { Watchers: > 0 } session) return;
        Server.Watching(session, isOpen: false);
    }

    /// <summary>Opens a task and asks all seats.</summary>
    public async Task OpenAsync(CohortTask task)
    {
        Task = task;
        await Server.BeginAsync(task, CancellationToken.None);
        Answers = [.. task.Cohort.Select(seat => Server.SendAsync(seat, RequestOf(task.Round), CancellationToken.None))];
    }

    /// <summary>Uploads bytes of a seat's reply, from where the server has it.</summary>
    /// <param name="seat">The seat.</param>
    /// <param name="bytes">How many; null: to its end.</param>
    /// <param name="damaged">Change a bit on the way.</param>
    /// <param name="reply">Another reply than the right one.</param>
    /// <param name="start">The round that its training started from.</param>
    public Receipt Upload(int seat, int? bytes = null, bool damaged = false, ReadOnlyMemory<byte>? reply = null, uint? start = null)
    {
        var message = reply ?? ReplyOf(seat);
        var header = new SubmitHeader
        {
            Task = Coordinator.Bytes(Task.IdOf(seat)),
            Size = (ulong)message.Length,
            Sha256 = ByteString.CopyFrom(SHA256.HashData(message.Span)),
        };
        if (start is { } round) header.Start = round;
        if (Server.BeginUpload(Sessions[seat]!, header, out var receipt) is not { } upload) return receipt!;
        var part = message[(int)upload.Have..];
        foreach (var chunk in Chunks.Of(part[..Math.Min(bytes ?? part.Length, part.Length)], 0))
        {
            chunk.Offset = (ulong)upload.Have;
            if (damaged) chunk.Xxh3 ^= 1;
            if (!Server.Append(Sessions[seat]!, upload, chunk)) break;
        }
        return Server.EndUpload(Sessions[seat]!, upload, header);
    }

    /// <summary>The open tasks of a seat, as its state stream shows them.</summary>
    public IReadOnlyList<TaskOffer> Offers(int seat) => Server.StateOf(Sessions[seat]!).State.Tasks;

    Coordinator Started() => new(
        new ServerSession(new Experiment { Clients = Sessions.Length }, null!, "", Run, 0, _observer) { LastTrained = _ => LastTrained },
        _options, Files, new NamedCallers(), Time);
}
