namespace AutoFlip;

/// <summary>Adds up how long one thing takes that is done again and again.</summary>
/// <param name="time">The clock.</param>
sealed class Meter(TimeProvider time)
{
    /// <summary>Seconds so far.</summary>
    public double Seconds { get; private set; }

    /// <summary>Counts from here until what it returns is disposed.</summary>
    public Running Start() => new(this, time.GetTimestamp());

    void Stop(long started) => Seconds += time.GetElapsedTime(started).TotalSeconds;

    /// <summary>A stretch of time under way.</summary>
    public readonly struct Running(Meter meter, long started) : IDisposable
    {
        /// <inheritdoc/>
        public void Dispose() => meter.Stop(started);
    }
}
