namespace AutoFlip;

/// <summary>One task and one client, until there is a reply.</summary>
/// <remarks>A transport sends <see cref="Request"/>, then what <see cref="Again"/> returns, if anything, and passes the last answer to
/// <see cref="Answer(ReadOnlyMemory{byte})"/>.</remarks>
sealed class Exchange
{
    readonly ServerLink _link;
    readonly SentTask _task;
    bool _byReference;
    ClientReply? _reply;
    long _down, _up;

    internal Exchange(ServerLink link, SentTask task, int client)
    {
        (_link, _task, Client) = (link, task, client);
        _byReference = link.Has(client, task.Mask);
        Send(_byReference ? task.ByReference : task.Whole);
    }

    /// <summary>The client that is asked.</summary>
    public int Client { get; }

    /// <summary>The next request to send; null once the reply is complete.</summary>
    public ReadOnlyMemory<byte>? Request { get; private set; }

    /// <summary>The reply, with all bytes that crossed for it.</summary>
    public ClientReply Reply => _reply ?? throw new InvalidOperationException("There is no reply yet.");

    /// <summary>The request to send next if the answer asks for the mask; null if the answer is the last one.</summary>
    public ReadOnlyMemory<byte>? Again(Answer answer)
    {
        if (!_byReference || answer.Head is not { AsksForMask: true }) return null;
        Answer(answer.Read());
        return Request;
    }

    /// <summary>Processes the last answer.</summary>
    public void Answer(Answer answer)
    {
        if (_reply is not null) return; // what asked for the mask was damaged
        if (answer.Failure is { } reason) Fail(reason);
        else Answer(answer.Read());
    }

    /// <summary>Processes the answer to the request.</summary>
    public void Answer(ReadOnlyMemory<byte> answer)
    {
        _up += answer.Length;
        try
        {
            var (status, reply) = _task.Read(answer, Client);
            if (reply.Client != Client) Fail($"client {reply.Client} answered in its place.");
            else if (status != ReplyStatus.MaskUnknown) End(reply);
            else if (!_byReference) Fail("it asks for a mask that it was sent.");
            else
            {
                _byReference = false;
                Send(_task.Whole);
            }
        }
        catch (InvalidDataException e)
        {
            Fail($"its answer cannot be read: {e.Message}");
        }
    }

    /// <summary>Fails the exchange: no answer arrived.</summary>
    public void Fail(string reason) => End(new ClientReply { Client = Client, Failure = reason });

    void Send(ReadOnlyMemory<byte> message)
    {
        Request = message;
        _down += message.Length;
    }

    void End(ClientReply reply)
    {
        _reply = reply with { DownBytes = _down, UpBytes = _up };
        _link.Learn(Client, reply.Failure is null ? _task.Mask : null);
        Request = null;
    }
}
