using System.IO.Hashing;
using System.Security.Cryptography;
using AutoFlip.Grpc;
using AutoFlip.Grpc.V1;
using Google.Protobuf;

namespace AutoFlip.Tests;

/// <summary>What an attacker knows of a run.</summary>
/// <param name="description">The server's description of it.</param>
/// <param name="seat">A seat of the attacker's own.</param>
sealed class HostileKnowledge(Description description, int seat)
{
    readonly Lock _lock = new();
    readonly List<HostileCall> _earlier = [];
    readonly List<CohortTask> _tasks = [];

    public Description Run => description;

    public int Seat => seat;

    /// <summary>The attacker's session; 0 if it has none.</summary>
    public ulong Session { get; set; }

    /// <summary>A task has begun: its ids follow from the run's.</summary>
    public void Add(CohortTask task)
    {
        lock (_lock) _tasks.Add(task);
    }

    /// <summary>The task under way, or an earlier one.</summary>
    public CohortTask? TaskBack(int back)
    {
        lock (_lock) return back < _tasks.Count ? _tasks[^(back + 1)] : null;
    }

    /// <summary>Remembers a call for replays.</summary>
    public void Remember(HostileCall call)
    {
        const int Most = 1000;
        lock (_lock)
            if (_earlier.Count < Most) _earlier.Add(call);
    }

    public HostileCall? Earlier(KeyedRandom random)
    {
        lock (_lock) return _earlier.Count == 0 ? null : _earlier[random.Next(_earlier.Count)];
    }
}

/// <summary>A call in bytes.</summary>
/// <param name="Method">Its name.</param>
/// <param name="Messages">What is sent; one message unless the client streams.</param>
/// <param name="Session">The attacker's session when it was drawn, if it is used; 0 otherwise.</param>
sealed record HostileCall(string Method, byte[][] Messages, ulong Session);

/// <summary>Draws calls: proper ones, ones with wrong fields, damaged bytes, other orders, replays.</summary>
sealed class HostileCalls(HostileKnowledge known, KeyedRandom random)
{
    ulong _used;

    public HostileCall Next()
    {
        _used = 0;
        if (random.Next(10) == 0 && known.Earlier(random) is { } earlier) return earlier;
        var (method, messages) = random.Next(12) switch
        {
            0 => ("Describe", [new DescribeRequest { Version = Text(known.Run.Version) }]),
            1 or 2 => ("Join", (IMessage[])[Join()]),
            3 => ("Watch", [new WatchRequest { Session = Session() }]),
            4 or 5 => ("Fetch", [new FetchRequest { Session = Session(), Task = TaskId(), Offset = Number(0) }]),
            6 => ("Beat", [Beat()]),
            7 when random.Next(50) == 0 => ("Leave", [new LeaveRequest { Session = Session() }]),
            7 => ("Enrol", [new EnrolRequest { Token = Text("token"), SigningRequest = Bytes(100) }]),
            _ => ("Submit", Submit()),
        };
        var call = new HostileCall(method, [.. messages.Select(message => Damaged(message.ToByteArray()))], _used);
        known.Remember(call);
        return call;
    }

    JoinRequest Join()
    {
        var request = new JoinRequest
        {
            Run = Or(known.Run.Run),
            ContractSha256 = Or(known.Run.ContractSha256),
            Version = Text(known.Run.Version),
            Processor = Text(ProcessorKind.Here),
        };
        for (var seats = Often() ? 1 : random.Next(300); seats > 0; seats--)
            request.Seats.Add(new Seat
            {
                Number = (uint)Number((ulong)known.Seat),
                TrainSamples = (uint)Number(17),
                HeldOutSamples = (uint)Number(4),
            });
        if (known.Session != 0) request.Seats.Add(new Seat { Number = (uint)random.Next(known.Seat), TrainSamples = 17 }); // another's
        return request;
    }

    BeatRequest Beat()
    {
        var request = new BeatRequest { Session = Session() };
        for (var seats = random.Next(5); seats > 0; seats--)
            request.Seats.Add(new SeatPhase { Task = TaskId(), Phase = (Phase)(random.Next(7) - 1) });
        return request;
    }

    /// <summary>A reply that says that the client failed, or garbage; its header and its chunks, in some order.</summary>
    IMessage[] Submit()
    {
        var task = known.TaskBack(Often() ? 0 : random.Next(4));
        var reply = Often() && task is not null
            ? ReplyCodec.Without(ReplyStatus.Failed, task.IdOf(known.Seat), known.Seat, "none").ToArray()
            : RandomBytes(1 + random.Next(200_000));
        var header = new SubmitHeader
        {
            Session = Session(),
            Task = TaskId(),
            Size = Number((ulong)reply.Length),
            Sha256 = Or(ByteString.CopyFrom(SHA256.HashData(reply))),
        };
        var parts = new List<IMessage> { new SubmitPart { Header = header } };
        foreach (var chunk in Chunks.Of(reply, random.Next(4) == 0 ? random.Next(reply.Length) : 0))
        {
            if (random.Next(8) == 0) chunk.Offset = Number(chunk.Offset);
            if (random.Next(8) == 0) chunk.Xxh3 ^= 1;
            if (random.Next(8) == 0) chunk.Data = Bytes(70_000);
            if (random.Next(4) == 0) // a sound part of it
            {
                chunk.Data = ByteString.CopyFrom(chunk.Data.Span[..(chunk.Data.Length / 2)]);
                chunk.Xxh3 = XxHash3.HashToUInt64(chunk.Data.Span);
            }
            if (random.Next(3) != 0) parts.Add(new SubmitPart { Chunk = chunk });
            if (random.Next(8) == 0) parts.Add(parts[random.Next(parts.Count)]);
        }
        if (random.Next(8) == 0) parts.RemoveAt(0);
        if (random.Next(8) == 0) random.Shuffle(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(parts));
        if (parts.Count == 0 || random.Next(20) == 0) parts.Insert(0, new SubmitPart());
        return [.. parts];
    }

    ByteString TaskId()
    {
        if (known.TaskBack(Often() ? 0 : random.Next(4)) is not { } task || random.Next(8) == 0) return Bytes(20);
        return Coordinator.Bytes(task.IdOf(Often() ? known.Seat : random.Next((int)known.Run.Seats)));
    }

    ulong Session() => Often() ? _used = known.Session : Number(known.Session);

    string Text(string proper) => Often() ? proper : random.Next(4) switch
    {
        0 => "",
        1 => new string('x', random.Next(20_000)),
        2 => "../../\0\u001b[31m\u202e\ud83d\ude00\n",
        _ => proper + "1",
    };

    ByteString Or(ByteString proper) => Often() ? proper : Bytes(40);

    ByteString Bytes(int most) => ByteString.CopyFrom(RandomBytes(random.Next(most)));

    ulong Number(ulong proper) => Often() ? proper : random.Next(6) switch
    {
        0 => 0,
        1 => ulong.MaxValue,
        2 => proper + 1,
        3 => long.MaxValue,
        4 => 1UL << random.Next(64),
        _ => proper - 1,
    };

    bool Often() => random.Next(5) != 0;

    byte[] Damaged(byte[] bytes)
    {
        if (bytes.Length == 0 || random.Next(8) != 0) return bytes;
        switch (random.Next(5))
        {
            case 0:
                return bytes[..random.Next(bytes.Length)];
            case 1:
                return RandomBytes(random.Next(300));
            case 2 when random.Next(20) == 0:
                return RandomBytes(300 << 10); // more than a message has
            case 3:
                return [.. bytes, .. bytes];
            default:
                bytes[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8));
                return bytes;
        }
    }

    byte[] RandomBytes(int count)
    {
        var bytes = new byte[count];
        for (var i = 0; i < count; i++) bytes[i] = (byte)random.Next(256);
        return bytes;
    }
}
