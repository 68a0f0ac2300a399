using System.Net.Sockets;
using System.Text;
using AutoFlip.Cli;

namespace AutoFlip.Tests;

public sealed class SystemdTests : IDisposable
{
    readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void A_service_reports_that_it_is_up_and_that_it_stops()
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified) { ReceiveTimeout = 10_000 };
        socket.Bind(new UnixDomainSocketEndPoint(_directory["s"]));
        using var service = Systemd.Of(name => name == "NOTIFY_SOCKET" ? _directory["s"] : null, TimeProvider.System);

        service.Ready();
        Assert.Equal("READY=1", Received(socket));
        service.Stopping();
        Assert.Equal("STOPPING=1", Received(socket));
    }

    [Fact]
    public void The_watchdog_is_fed_twice_in_its_period()
    {
        var clock = new TimerClock();
        using var service = Systemd.Of(name => name == "NOTIFY_SOCKET" ? _directory["s"] : "30000000", clock); // 30 s

        Assert.Equal(TimeSpan.FromSeconds(15), clock.Period);
    }

    [Fact]
    public void Without_systemd_nothing_is_sent_and_nothing_fails()
    {
        using var none = Systemd.Of(_ => null, TimeProvider.System);
        using var gone = Systemd.Of(name => name == "NOTIFY_SOCKET" ? _directory["gone"] : null, TimeProvider.System);

        none.Ready();
        gone.Ready();

        Assert.Empty(Directory.GetFiles(_directory.Path));
    }

    static string Received(Socket socket)
    {
        var bytes = new byte[100];
        return Encoding.UTF8.GetString(bytes, 0, socket.Receive(bytes));
    }

    sealed class TimerClock : TimeProvider
    {
        public TimeSpan Period { get; private set; }

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            Period = period;
            return base.CreateTimer(_ => { }, null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }
    }
}
