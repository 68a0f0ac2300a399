using AutoFlip.Grpc;
using AutoFlip.Grpc.V1;
using Google.Protobuf;
using Grpc.Core;

namespace AutoFlip.Tests;

/// <summary>Calls that may never end by themselves: above all a reply whose connection is aborted while it is written.</summary>
public class SubmitBreakTests
{
    [Fact]
    public async Task Receipt_of_a_reply_that_broke_off_is_awaited_for_five_seconds()
    {
        var clock = new Impatient();
        var calls = new ServerCalls(new Federation.FederationClient(new Broken(clock)), [], clock);
        var reply = new Submission(ByteString.CopyFrom(new byte[16]), new byte[10], new byte[32], Start: null);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => calls.SubmitAsync(session: 1, reply, offset: 0, TestContext.Current.CancellationToken));

        Assert.Equal(TimeSpan.FromSeconds(5), clock.LastWait);
    }

    /// <summary>Seen once in a run over a Unix socket: the server had closed the task, and the client that was sending its reply did
    /// nothing any more, not even when it was stopped.</summary>
    [Theory, InlineData(1), InlineData(2), InlineData(3), InlineData(4)]
    public async Task A_call_that_does_not_end_when_it_is_cancelled_holds_nobody(int step)
    {
        using var stop = new CancellationTokenSource();
        var calls = new ServerCalls(new Federation.FederationClient(new Deaf(step, stop)), [], TimeProvider.System);
        var reply = new Submission(ByteString.CopyFrom(new byte[16]), new byte[10], new byte[32], Start: null);

        var sending = calls.SubmitAsync(session: 1, reply, offset: 0, stop.Token);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => sending.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken));
    }

    /// <summary>The client then tries again, as after any broken call; it was not stopped.</summary>
    [Fact]
    public async Task A_short_call_without_an_answer_ends_after_thirty_seconds_as_one_that_was_cancelled()
    {
        var clock = new Impatient { IsOver = true };
        var calls = new ServerCalls(new Federation.FederationClient(new Unanswered()), [], clock);

        var broken = await Assert.ThrowsAsync<RpcException>(() => calls.DescribeAsync(TestContext.Current.CancellationToken)
            .WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken));

        Assert.Equal((StatusCode.Cancelled, TimeSpan.FromSeconds(30)), (broken.StatusCode, clock.LastWait));
    }

    /// <summary>A short call that ends neither by itself nor when it is cancelled.</summary>
    sealed class Unanswered : NoCalls
    {
        public override AsyncUnaryCall<TResponse> AsyncUnaryCall<TRequest, TResponse>(
            Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request) => new(
                new TaskCompletionSource<TResponse>().Task, Task.FromResult(new Metadata()), () => Status.DefaultSuccess, () => [],
                () => { });
    }

    /// <summary>Of header, chunk, end and receipt one never comes to an end, and the call is cancelled meanwhile.</summary>
    sealed class Deaf(int step, CancellationTokenSource stop) : NoCalls
    {
        public override AsyncClientStreamingCall<TRequest, TResponse> AsyncClientStreamingCall<TRequest, TResponse>(
            Method<TRequest, TResponse> method, string? host, CallOptions options) => new(
                new DeafWriter<TRequest>(step, stop), new TaskCompletionSource<TResponse>().Task, Task.FromResult(new Metadata()),
                () => Status.DefaultSuccess, () => [], () => { });
    }

    sealed class DeafWriter<T>(int step, CancellationTokenSource stop) : IClientStreamWriter<T>
    {
        int _step;

        public WriteOptions? WriteOptions { get; set; }

        public Task WriteAsync(T message) => NextAsync();

        public Task WriteAsync(T message, CancellationToken cancellationToken) => NextAsync();

        public Task CompleteAsync()
        {
            var completed = NextAsync();
            if (step > _step) stop.Cancel(); // during the receipt
            return completed;
        }

        Task NextAsync()
        {
            if (++_step < step) return Task.CompletedTask;
            stop.Cancel();
            return new TaskCompletionSource().Task;
        }
    }

    /// <summary>Every wait is over at once, from the moment it is told so.</summary>
    sealed class Impatient : TimeProvider
    {
        public bool IsOver { get; set; }

        public TimeSpan LastWait { get; private set; }

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            new Timer(this, () => callback(state));

        sealed class Timer(Impatient clock, Action callback) : ITimer
        {
            public bool Change(TimeSpan dueTime, TimeSpan period)
            {
                clock.LastWait = dueTime;
                if (clock.IsOver) callback();
                return true;
            }

            public void Dispose() { }

            public ValueTask DisposeAsync() => ValueTask.CompletedTask;
        }
    }

    sealed class Broken(Impatient clock) : NoCalls
    {
        public override AsyncClientStreamingCall<TRequest, TResponse> AsyncClientStreamingCall<TRequest, TResponse>(
            Method<TRequest, TResponse> method, string? host, CallOptions options)
        {
            var answer = new TaskCompletionSource<TResponse>(TaskCreationOptions.RunContinuationsAsynchronously);
            options.CancellationToken.Register(() => answer.TrySetCanceled());
            return new(
                new Writer<TRequest>(clock), answer.Task, Task.FromResult(new Metadata()), () => Status.DefaultSuccess, () => [],
                () => { });
        }
    }

    sealed class Writer<T>(Impatient clock) : IClientStreamWriter<T>
    {
        public WriteOptions? WriteOptions { get; set; }

        public Task WriteAsync(T message) => WriteAsync(message, CancellationToken.None);

        public Task WriteAsync(T message, CancellationToken cancellationToken)
        {
            clock.IsOver = true;
            return Task.FromException(new HttpRequestException("The request was aborted."));
        }

        public Task CompleteAsync() => Task.CompletedTask;
    }
}
