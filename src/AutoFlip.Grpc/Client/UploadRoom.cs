namespace AutoFlip.Grpc;

/// <summary>Bounds the bytes of replies that a client sends at a time over its connection.</summary>
/// <remarks>A server reads some replies at a time (<c>--max-uploads</c>) and lets the others wait. Bytes of those that wait stay in the
/// connection's HTTP/2 window, which is 1 MiB at the server (of a stream 768 KiB): if they filled it, nothing would arrive of the replies
/// that are being read, until they are given up after 30 s. So at most 512 KiB are under way, or one reply. First come, first served.
/// </remarks>
sealed class UploadRoom
{
    const int Unit = 64 << 10, Units = 8;

    readonly SemaphoreSlim _turn = new(1), _free = new(Units);

    /// <summary>Waits until a reply may be sent.</summary>
    /// <param name="bytes">Its bytes.</param>
    /// <param name="ct">Stops it.</param>
    /// <returns>To be disposed of when the reply has its receipt.</returns>
    public async Task<IDisposable> EnterAsync(long bytes, CancellationToken ct)
    {
        var units = (int)Math.Clamp((bytes + Unit - 1) / Unit, 1, Units);
        var taken = new Taken(_free);
        await _turn.WaitAsync(ct);
        try
        {
            for (; taken.Units < units; taken.Units++) await _free.WaitAsync(ct);
            return taken;
        }
        catch
        {
            taken.Dispose();
            throw;
        }
        finally
        {
            _turn.Release();
        }
    }

    sealed class Taken(SemaphoreSlim free) : IDisposable
    {
        public int Units { get; set; }

        public void Dispose()
        {
            if (Units > 0) free.Release(Units);
            Units = 0;
        }
    }
}
