using System.Net;
using System.Net.Sockets;
using System.Text;
using AutoFlip.Cli;

namespace AutoFlip.Tests;

/// <summary>A live view that many connect to, slowly, or while the system is short of file handles. All on the loopback address.</summary>
[Trait("speed", "slow")]
public sealed class LiveLimitsTests : IDisposable
{
    readonly TemporaryDirectory _folder = new();
    readonly HttpClient _client = new();

    public LiveLimitsTests() => MadeUpRun.Write(MadeUpRun.Record(rounds: 3, directory: _folder["run"]));

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _client.Dispose();
        _folder.Dispose();
    }

    LiveView Start(LiveLimits limits) =>
        LiveView.Start(0, () => [_folder["run"]], new Host { Out = TextWriter.Null, Error = TextWriter.Null }, limits);

    static async Task<Socket> Connect(int port)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, port, Cancel);
        return socket;
    }

    /// <summary>What comes until the other side closes.</summary>
    static async Task<string> ReadToEnd(Socket socket)
    {
        var (text, buffer) = (new StringBuilder(), new byte[1024]);
        try
        {
            while (await socket.ReceiveAsync(buffer, Cancel) is > 0 and var count) text.Append(Encoding.ASCII.GetString(buffer, 0, count));
        }
        catch (SocketException)
        {
            // closed with a reset
        }
        return text.ToString();
    }

    [Fact]
    public async Task Connection_over_the_bound_is_not_accepted_before_another_ends()
    {
        var accepted = 0;
        await using var listener = new LiveListener(2, _ => { }, TimeProvider.System, (socket, cancel) =>
        {
            accepted++;
            return socket.AcceptAsync(cancel);
        });
        await listener.BindAsync(new IPEndPoint(IPAddress.Loopback, 0), Cancel);
        Socket[] sockets = [.. await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => Connect(((IPEndPoint)listener.EndPoint).Port)))];
        var first = (await listener.AcceptAsync(Cancel))!;
        await using var second = await listener.AcceptAsync(Cancel);

        var third = listener.AcceptAsync(Cancel);
        Assert.Equal(2, accepted); // three wait to be accepted, so nothing but the bound holds the third back
        await first.DisposeAsync();

        await using var last = await third;
        Assert.Equal(3, accepted);
        foreach (var socket in sockets) socket.Dispose();
    }

    /// <summary>Twelve connections that send nothing, four at once: they end by their idle time, and whoever
    /// came after them is served.</summary>
    [Fact]
    public async Task View_is_served_behind_a_crowd_of_silent_connections()
    {
        using var view = Start(new() { Connections = 4, Idle = TimeSpan.FromMilliseconds(100) });
        var crowd = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => Connect(view.Address.Port)));

        Assert.Contains("Digits, TwoNN", await _client.GetStringAsync(view.Address, Cancel));
        foreach (var socket in crowd) socket.Dispose();
    }

    /// <summary>An eighth of the free handles: 1024 / 8 = 128 is more than the 64 that are enough, 100 / 8 = 12.</summary>
    [Theory]
    [InlineData(1_024, 64), InlineData(100, 12), InlineData(5, 4), InlineData(-1, 4)]
    public void Bound_on_connections_leaves_the_run_its_file_handles(long free, int connections) =>
        Assert.Equal(connections, LiveLimits.ConnectionsFor(free));

    [Fact]
    public async Task Request_that_does_not_arrive_in_time_is_ended()
    {
        using var view = Start(new() { Request = TimeSpan.FromMilliseconds(100) });
        using var socket = await Connect(view.Address.Port);

        await socket.SendAsync("GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: "u8.ToArray(), Cancel);

        Assert.StartsWith("HTTP/1.1 408", await ReadToEnd(socket), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Page_too_many_gets_no_events_and_a_sentence()
    {
        using var view = Start(new() { Streams = 2 });
        var events = new Uri(view.Address, LiveView.Events);
        await using Stream one = await _client.GetStreamAsync(events, Cancel), two = await _client.GetStreamAsync(events, Cancel);

        using var third = await _client.GetAsync(events, Cancel);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, third.StatusCode);
        Assert.Equal(
            "2 pages of this live view are open already. Close one, then reload this one.\n",
            await third.Content.ReadAsStringAsync(Cancel));
        Assert.Contains("Digits, TwoNN", await _client.GetStringAsync(view.Address, Cancel));
    }

    [Fact]
    public async Task Accepting_goes_on_after_the_system_ran_out_of_handles_which_is_reported_once()
    {
        var reports = new List<SocketException>();
        var refusals = 0;
        await using var listener = new LiveListener(1, reports.Add, new Instant(), (socket, cancel) =>
            ++refusals <= 3 ? throw new SocketException((int)SocketError.TooManyOpenSockets) : socket.AcceptAsync(cancel));
        await listener.BindAsync(new IPEndPoint(IPAddress.Loopback, 0), Cancel);
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(listener.EndPoint, Cancel);

        await using var connection = await listener.AcceptAsync(Cancel);

        Assert.Equal(socket.LocalEndPoint, connection!.RemoteEndPoint);
        Assert.Equal(SocketError.TooManyOpenSockets, Assert.Single(reports).SocketErrorCode);
        Assert.Equal(4, refusals);
    }

    [Fact]
    public async Task Waiting_for_a_connection_ends_when_the_view_does()
    {
        await using var listener = new LiveListener(1, _ => { }, TimeProvider.System, (socket, cancel) => socket.AcceptAsync(cancel));
        await listener.BindAsync(new IPEndPoint(IPAddress.Loopback, 0), Cancel);
        var accepted = listener.AcceptAsync(Cancel);

        await listener.UnbindAsync(Cancel);

        Assert.Null(await accepted);
    }

    /// <summary>A clock whose timers are due at once.</summary>
    sealed class Instant : TimeProvider
    {
        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            base.CreateTimer(callback, state, TimeSpan.Zero, period);
    }
}
