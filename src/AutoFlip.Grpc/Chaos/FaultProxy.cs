using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace AutoFlip.Grpc;

/// <summary>A TCP proxy on loopback that damages what it forwards, to test both ends. It forwards to loopback only.</summary>
public sealed class FaultProxy : IAsyncDisposable
{
    const int PieceSize = 16 << 10;

    readonly IPEndPoint _target;
    readonly TimeProvider _time;
    readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    readonly CancellationTokenSource _stop = new();
    readonly ConcurrentDictionary<Link, Task> _links = [];
    readonly Lock _lock = new();
    readonly Task _accepting;
    TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    Faults _faults = Faults.None;
    long _up;

    /// <summary>Starts to listen on a free port.</summary>
    /// <param name="target">The server, on loopback.</param>
    /// <param name="time">The clock.</param>
    /// <exception cref="ArgumentException">The target is not on loopback.</exception>
    public FaultProxy(IPEndPoint target, TimeProvider time)
    {
        if (!IPAddress.IsLoopback(target.Address)) throw new ArgumentException("Only loopback is accepted.", nameof(target));
        (_target, _time) = (target, time);
        _listener.Start();
        _accepting = AcceptAsync();
    }

    /// <summary>The address that it listens on.</summary>
    public IPEndPoint Address => (IPEndPoint)_listener.LocalEndpoint;

    /// <summary>Bytes forwarded from clients.</summary>
    public long UpBytes => Interlocked.Read(ref _up);

    /// <summary>Connections that are open.</summary>
    public int Open => _links.Count;

    /// <summary>The faults in force.</summary>
    public Faults Faults
    {
        get => Volatile.Read(ref _faults);
        set
        {
            lock (_lock)
            {
                Volatile.Write(ref _faults, value);
                var changed = _changed;
                _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
                changed.TrySetResult();
            }
        }
    }

    /// <summary>Resets all connections (RST).</summary>
    public void Reset()
    {
        foreach (var link in _links.Keys) link.Reset();
    }

    /// <summary>Ends the direction from clients to the server (FIN); the other one stays open.</summary>
    public void HalfClose()
    {
        foreach (var link in _links.Keys) link.EndUp();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        Reset();
        await _accepting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await Task.WhenAll(_links.Values).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _listener.Dispose();
        _stop.Dispose();
    }

    async Task AcceptAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            var client = await _listener.AcceptSocketAsync(_stop.Token);
            var link = new Link(client, _time.GetTimestamp());
            _links[link] = Task.CompletedTask;
            _links[link] = ServeAsync(link);
        }
    }

    async Task ServeAsync(Link link)
    {
        try
        {
            await Task.Yield();
            await UntilAsync(() => !Faults.IsBlackHole);
            await link.Server.ConnectAsync(_target, _stop.Token);
            using var ended = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
            var idle = ResetIdleAsync(link, ended.Token);
            await Task.WhenAll(PumpAsync(link, isUp: true), PumpAsync(link, isUp: false));
            await ended.CancelAsync();
            await idle.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        catch (Exception e) when (e is SocketException or IOException or ObjectDisposedException or OperationCanceledException)
        {
            // the end of a connection, which is what the proxy is for
        }
        finally
        {
            link.Reset();
            _links.TryRemove(link, out _);
        }
    }

    async Task PumpAsync(Link link, bool isUp)
    {
        var (from, to) = isUp ? (link.Client, link.Server) : (link.Server, link.Client);
        var buffer = new byte[PieceSize];
        long passed = 0;
        try
        {
            while (true)
            {
                var read = await from.ReceiveAsync(buffer, _stop.Token);
                if (read == 0) break;
                await UntilAsync(() => !Faults.IsBlackHole && (isUp || !Faults.HoldsAnswers));
                var faults = Faults;
                if (isUp && faults.FlipAt is { } at && at >= passed && at < passed + read)
                    buffer[at - passed] ^= (byte)(1 << (int)(at % 8));
                var pause = faults.Delay
                    + (faults.BytesPerSecond is { } rate ? TimeSpan.FromSeconds(read / (double)rate) : TimeSpan.Zero);
                if (pause > TimeSpan.Zero) await Task.Delay(pause, _time, _stop.Token);
                var left = isUp && faults.CutAfter is { } cut ? (int)Math.Clamp(cut - passed, 0, read) : read;
                for (var sent = 0; sent < left;) sent += await to.SendAsync(buffer.AsMemory(sent, left - sent), _stop.Token);
                passed += left;
                if (isUp) Interlocked.Add(ref _up, left);
                link.Touched = _time.GetTimestamp();
                if (left < read) throw new IOException("cut");
            }
            to.Shutdown(SocketShutdown.Send);
        }
        catch
        {
            link.Reset(); // and with it the other direction
            throw;
        }
    }

    async Task ResetIdleAsync(Link link, CancellationToken ct)
    {
        var look = TimeSpan.FromMilliseconds(50);
        while (true)
        {
            await Task.Delay(look, _time, ct);
            if (Faults.IdleLimit is { } limit && _time.GetElapsedTime(link.Touched) >= limit) link.Reset();
        }
    }

    async Task UntilAsync(Func<bool> condition)
    {
        while (true)
        {
            Task changed;
            lock (_lock) changed = _changed.Task;
            if (condition()) return;
            await changed.WaitAsync(_stop.Token);
        }
    }

    /// <summary>A connection and its continuation.</summary>
    sealed class Link(Socket client, long now)
    {
        public Socket Client => client;

        public Socket Server { get; } = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };

        public long Touched { get; set; } = now;

        public void EndUp()
        {
            if (Server.Connected) Server.Shutdown(SocketShutdown.Send);
        }

        public void Reset()
        {
            foreach (var socket in (Socket[])[client, Server])
            {
                try
                {
                    socket.LingerState = new LingerOption(true, 0); // RST in place of FIN
                }
                catch (Exception e) when (e is SocketException or ObjectDisposedException)
                {
                    // already closed
                }
                socket.Dispose();
            }
        }
    }
}
