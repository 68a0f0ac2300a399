namespace AutoFlip;

/// <summary>One task and one client, until there is a reply.</summary>
/// <remarks>A transport sends <see cref="Request"/> and passes the reply to <see cref="Answer"/> until there is no request
/// left.</remarks>
sealed class Exchange
{
    readonly ServerLink _link;
    readonly SentTask _task;
    readonly int _client;
    bool _byReference;
    ClientReply? _reply;
    long _down, _up;

    internal Exchange(ServerLink link, SentTask task, int client)
    {
        (_link, _task, _client) = (link, task, client);
        _byReference = link.Has(client, task.Mask);
        Send(_byReference ? task.ByReference : task.Whole);
    }

    /// <summary>The next request to send; null once the reply is complete.</summary>
    public ReadOnlyMemory<byte>? Request { get; private set; }

    /// <summary>The reply, with all bytes that crossed for it.</summary>
    public ClientReply Reply => _reply ?? throw new InvalidOperationException("There is no reply yet.");

    /// <summary>Processes the answer to the request.</summary>
    public void Answer(ReadOnlyMemory<byte> answer)
    {
        _up += answer.Length;
        try
        {
            var (status, reply) = _task.Read(answer, _client);
            if (reply.Client != _client) Fail($"client {reply.Client} answered in its place.");
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
    public void Fail(string reason) => End(new ClientReply { Client = _client, Failure = reason });

    void Send(ReadOnlyMemory<byte> message)
    {
        Request = message;
        _down += message.Length;
    }

    void End(ClientReply reply)
    {
        _reply = reply with { DownBytes = _down, UpBytes = _up };
        _link.Learn(_client, reply.Failure is null ? _task.Mask : null);
        Request = null;
    }
}
