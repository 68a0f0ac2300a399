using System.Diagnostics;
using AutoFlip.Grpc.V1;
using Grpc.Core;

namespace AutoFlip.Grpc;

/// <summary>One task of one seat at the client: fetch, compute, keep, submit. Outlives sessions, so that a lost connection costs no
/// training.</summary>
/// <param name="offer">The task.</param>
/// <param name="client">The client that it belongs to.</param>
sealed class SeatWork(TaskOffer offer, NetworkClient client)
{
    readonly CancellationTokenSource _closed = new();

    /// <summary>The phase.</summary>
    public Phase Phase { get; private set; } = Phase.Fetching;

    /// <summary>The task.</summary>
    public TaskOffer Offer => offer;

    /// <summary>The task's id in hex, for files.</summary>
    public string TaskName { get; } = Convert.ToHexStringLower(offer.Task.Span);

    /// <summary>The hash of its request in hex.</summary>
    public string RequestName { get; } = Convert.ToHexStringLower(offer.Sha256.Span);

    /// <summary>Stops what is not finished: the task is closed. A reply that is being sent is sent.</summary>
    public void Close()
    {
        if (Phase != Phase.Uploading) _closed.Cancel();
    }

    /// <summary>Carries the task out.</summary>
    /// <param name="outbox">Where the seat's reply is kept.</param>
    /// <param name="before">The seat's task before this one, which ends first.</param>
    /// <param name="ct">Stops the client.</param>
    /// <returns>False if the server did not know the task: should it be offered again, it must be done again.</returns>
    public async Task<bool> RunAsync(Outbox outbox, Task before, CancellationToken ct)
    {
        using var span = Tracing.Begin("task", offer.Task.Span, (int)offer.Round, (ClientWork)offer.Work, (int)offer.Seat);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, _closed.Token);
        try
        {
            await before.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            either.Token.ThrowIfCancellationRequested();
            var kept = outbox.Kept is { } reply && reply.Task == TaskName && reply.Request == RequestName ? reply : null;
            var message = kept is not null ? outbox.Read() : await ComputeAsync(outbox, span, either.Token);
            Phase = Phase.Uploading;
            using var submit = Tracing.Within(span, "submit");
            await SubmitAsync(outbox, message, kept is not null, ct);
            return true;
        }
        catch (OperationCanceledException) when (_closed.IsCancellationRequested && !ct.IsCancellationRequested)
        {
            client.Log.Note($"Round {offer.Round}: the task of seat {offer.Seat} was closed before it was finished.");
            return false;
        }
        catch (RpcException e) when (e.StatusCode == StatusCode.NotFound)
        {
            client.Log.Note($"Round {offer.Round}: the task of seat {offer.Seat} is no longer open.");
            return false;
        }
    }

    async Task<ReadOnlyMemory<byte>> ComputeAsync(Outbox outbox, Activity? span, CancellationToken ct)
    {
        ReadOnlyMemory<byte> request;
        using (Tracing.Within(span, "fetch")) request = await client.FetchAsync(offer, ct);
        using var compute = Tracing.Within(span, "compute");
        Phase = Phase.Working;
        client.Log.Note($"Round {offer.Round}: seat {offer.Seat} begins to {Verb}.");
        var message = await client.Federation.HandleAsync(
            (int)offer.Seat, request, [.. offer.Missed.Select(round => (int)round)], ct);
        var start = offer.Work == Work.Train ? client.Federation.StartOf((int)offer.Seat, (int)offer.Round) : null;
        outbox.Keep(new(TaskName, RequestName, start), message);
        return message;
    }

    async Task SubmitAsync(Outbox outbox, ReadOnlyMemory<byte> message, bool isKept, CancellationToken ct)
    {
        var reply = new Submission(offer.Task, message, ServerCalls.HashOf(message), outbox.Kept?.Start);
        long? offset = isKept ? null : 0;
        while (true)
        {
            var receipt = await client.WithSessionAsync(
                (calls, session) =>
                {
                    var from = offset;
                    offset = null; // if this breaks off, the server is asked first: it may have all of it
                    return calls.SubmitAsync(session, reply, from, ct);
                },
                ct);
            switch (receipt.Status)
            {
                case ReceiptStatus.Accepted or ReceiptStatus.Duplicate:
                    client.Log.Note($"Round {offer.Round}: the reply of seat {offer.Seat} is stored ({message.Length} bytes).");
                    return; // kept until the round is committed
                case ReceiptStatus.Partial:
                    offset = Math.Min((long)receipt.Have, message.Length);
                    continue;
                case ReceiptStatus.ResendMask:
                    outbox.Forget();
                    return;
                default:
                    outbox.Forget();
                    client.Log.Warning(
                        $"Round {offer.Round}: the reply of seat {offer.Seat} does not count: {receipt.Reason}");
                    return;
            }
        }
    }

    string Verb => offer.Work switch
    {
        Work.Explore => "explore",
        Work.Evaluate => "evaluate",
        Work.Measure => "measure",
        _ => "train",
    };
}
