using AutoFlip.Grpc;

namespace AutoFlip.Tests;

public class UploadRoomTests
{
    static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Eight_small_replies_are_sent_at_a_time_and_the_next_one_when_one_has_its_receipt()
    {
        var room = new UploadRoom();
        List<IDisposable> sent = [];
        for (var i = 0; i < 8; i++) sent.Add(await room.EnterAsync(20_000, Stop));

        var ninth = room.EnterAsync(20_000, Stop);
        Assert.False(ninth.IsCompleted);
        sent[3].Dispose();
        sent[3].Dispose(); // counts once
        await ninth;
        Assert.False(room.EnterAsync(1, Stop).IsCompleted);
    }

    [Fact]
    public async Task A_large_reply_is_sent_alone_and_is_not_overtaken()
    {
        var room = new UploadRoom();
        var small = await room.EnterAsync(1, Stop);

        var large = room.EnterAsync(5_000_000, Stop);
        var next = room.EnterAsync(1, Stop);
        Assert.False(large.IsCompleted || next.IsCompleted);
        small.Dispose();
        var alone = await large;
        Assert.False(next.IsCompleted);
        alone.Dispose();
        await next;
    }

    [Fact]
    public async Task A_reply_that_is_given_up_leaves_its_room_to_others()
    {
        var room = new UploadRoom();
        var small = await room.EnterAsync(1, Stop);
        using var stop = new CancellationTokenSource();
        var large = room.EnterAsync(5_000_000, stop.Token);

        stop.Cancel();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => large);
        small.Dispose();
        (await room.EnterAsync(5_000_000, Stop)).Dispose();
    }
}
