using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace AutoFlip.Cli;

/// <summary>Messages to systemd about a service of type notify, over the socket that it names in the environment (sd_notify). Does
/// nothing where there is none.</summary>
sealed class Systemd : IDisposable
{
    readonly string? _socket;
    readonly ITimer? _watchdog;

    Systemd(string? socket, TimeSpan? watchdog, TimeProvider time)
    {
        _socket = socket;
        if (socket is not null && watchdog is { } period)
            _watchdog = time.CreateTimer(_ => Send("WATCHDOG=1"), null, period / 2, period / 2); // half, as sd_watchdog_enabled(3) advises
    }

    /// <summary>The service that this process is.</summary>
    /// <param name="variable">The value of a variable of the environment.</param>
    /// <param name="time">The clock.</param>
    public static Systemd Of(Func<string, string?> variable, TimeProvider time) => new(
        variable("NOTIFY_SOCKET") is { Length: > 1 } socket ? socket : null,
        long.TryParse(variable("WATCHDOG_USEC"), NumberStyles.None, CultureInfo.InvariantCulture, out var microseconds) && microseconds > 0
            ? TimeSpan.FromMicroseconds(microseconds)
            : null,
        time);

    /// <summary>The service is up.</summary>
    public void Ready() => Send("READY=1");

    /// <summary>The service is about to end.</summary>
    public void Stopping() => Send("STOPPING=1");

    /// <inheritdoc/>
    public void Dispose() => _watchdog?.Dispose();

    void Send(string message)
    {
        if (_socket is null) return;
        try
        {
            using var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
            var path = _socket[0] == '@' ? "\0" + _socket[1..] : _socket; // an abstract address
            socket.SendTo(Encoding.UTF8.GetBytes(message), new UnixDomainSocketEndPoint(path));
        }
        catch (SocketException) // systemd notices the silence
        {
        }
    }
}
