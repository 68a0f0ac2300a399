using System.Net.Sockets;
using AutoFlip.Grpc.V1;

namespace AutoFlip.Tests;

/// <summary>Complaints of users of other systems, each named after its address, as in <see cref="ComplaintTests"/>. Here are those that
/// need sockets.</summary>
public class NetworkComplaintTests
{
    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>adap/flower, APPFL/APPFL 164, sql-machine-learning/elasticdl 571: messages of more than 4 MB are refused. 31 MB are more
    /// than the 30,000,000 bytes that Kestrel accepts of one request, unless it is told otherwise.</summary>
    [Theory]
    [InlineData(5_000_000)]
    [InlineData(31_000_000)]
    public async Task Flower_3006_large_messages_arrive_in_both_directions(int length)
    {
        await using var server = await LiveServer.StartAsync(Cancel);
        var request = Bytes(length, part: 1);
        var (task, answer) = await server.OpenAsync(request, limit: length, Cancel);
        var reply = Bytes(length, part: 2);
        ReplyCodec.Without(ReplyStatus.Failed, task.Id, client: 0).Span[..ReplyHead.Length].CopyTo(reply);

        var fetched = await server.FetchAsync(task, length, Cancel);
        var receipt = await server.SubmitAsync(task, reply, Cancel);

        Assert.True(request.AsSpan().SequenceEqual(fetched));
        Assert.Equal(ReceiptStatus.Accepted, receipt.Status);
        Assert.True((await answer.WaitAsync(Cancel)).Read().Span.SequenceEqual(reply));
    }

    /// <summary>adap/flower 3236: beyond 2 GB a message fails somewhere in a library. Here the header of a reply that is longer than the
    /// round's replies can be is refused before any byte of it is sent.</summary>
    [Fact]
    public async Task Flower_3236_reply_above_the_limit_is_refused_by_its_header()
    {
        await using var server = await LiveServer.StartAsync(Cancel);
        var (task, _) = await server.OpenAsync(new byte[1], limit: 1000, Cancel);

        var receipt = await server.SubmitAsync(task, new byte[1001], Cancel);

        Assert.Equal((ReceiptStatus.Refused, "it has 1001 bytes, and 1000 are the most."), (receipt.Status, receipt.Reason));
    }

    /// <summary>adap/flower 4300, 1940, 2197: a client whose connection is kept alive by pings is sent away with GOAWAY and
    /// "too_many_pings". An hour of a ping a second are answered, and other clients are served meanwhile.</summary>
    [Fact]
    public async Task Flower_4300_pings_of_an_hour_are_answered()
    {
        const int Pings = 3600;
        await using var server = await LiveServer.StartAsync(Cancel);
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(server.Socket), Cancel);
        await using var stream = new NetworkStream(socket);
        var sending = Task.Run(
            async () =>
            {
                await stream.WriteAsync("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8.ToArray(), Cancel);
                await stream.WriteAsync(Http2Frame(type: 4, []), Cancel); // SETTINGS, none
                for (var ping = 0; ping < Pings; ping++) await stream.WriteAsync(Http2Frame(type: 6, new byte[8]), Cancel);
            },
            Cancel);

        const byte Goaway = 7, Ping = 6, Acknowledged = 1;
        for (var answered = 0; answered < Pings;)
        {
            var head = new byte[9]; // RFC 9113, 4.1
            await stream.ReadExactlyAsync(head, Cancel);
            await stream.ReadExactlyAsync(new byte[(head[0] << 16) + (head[1] << 8) + head[2]], Cancel);
            Assert.NotEqual(Goaway, head[3]);
            if ((head[3], head[4]) == (Ping, Acknowledged)) answered++;
        }
        await sending;
        var (task, _) = await server.OpenAsync(new byte[1], limit: 1000, Cancel);
        Assert.Single(await server.FetchAsync(task, length: 1, Cancel));
    }

    static byte[] Http2Frame(byte type, byte[] payload) => [0, 0, (byte)payload.Length, type, 0, 0, 0, 0, 0, .. payload];

    static byte[] Bytes(int length, int part)
    {
        var random = new Seeds(1).For(Purpose.Initialization, part: part);
        var bytes = new byte[length];
        for (var i = 0; i < length; i += 1000) bytes[i] = (byte)random.Next(256); // some in each chunk
        return bytes;
    }
}
