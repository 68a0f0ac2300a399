using System.Net;
using System.Net.Sockets;
using System.Text;

namespace AutoFlip.Grpc;

/// <summary>Unix sockets at paths.</summary>
static class UnixSocket
{
    const int MostBytes = 103; // 107 on Linux, 103 on macOS

    /// <summary>Tests whether the operating system takes a path of this length.</summary>
    public static bool Fits(string path) => Encoding.UTF8.GetByteCount(path) <= MostBytes;

    /// <summary>Makes way for a socket: one that a killed process has left is removed.</summary>
    /// <exception cref="AutoFlipException">The path is too long or a file with content (exit 2), or another process listens there (exit
    /// 4).</exception>
    public static void Clear(string path)
    {
        if (!Fits(path))
            throw AutoFlipException.BadRequest(
                $"The path '{path}' is too long for a Unix socket. Accepted: up to {MostBytes} bytes, such as a path in /run or /tmp.");
        if (Directory.Exists(path) || new FileInfo(path) is { Exists: true, Length: > 0 })
            throw AutoFlipException.BadRequest($"'{path}' is no socket and is not replaced by one. Choose another path.");
        if (!File.Exists(path)) return;
        using var probe = New();
        try
        {
            probe.Connect(new UnixDomainSocketEndPoint(path));
        }
        catch (SocketException) // nobody listens
        {
            File.Delete(path);
            return;
        }
        throw AutoFlipException.RunFailed($"Another process listens on '{path}'. End it, or choose another path.");
    }

    /// <summary>A socket that is bound and does not listen yet. Its file can be opened by its owner alone.</summary>
    public static Socket BindForOwner(EndPoint address)
    {
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(address);
        if (!OperatingSystem.IsWindows()) // nobody can connect before it listens, so no other mode is ever in force
            File.SetUnixFileMode($"{address}", UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return socket;
    }

    /// <summary>Connects HTTP to a path, whatever host an address names.</summary>
    public static Func<SocketsHttpConnectionContext, CancellationToken, ValueTask<Stream>> ConnectTo(string path)
    {
        var address = new UnixDomainSocketEndPoint(path);
        return async (_, ct) =>
        {
            var socket = New();
            try
            {
                await socket.ConnectAsync(address, ct);
                return new NetworkStream(socket, ownsSocket: true);
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        };
    }

    static Socket New() => new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
}
