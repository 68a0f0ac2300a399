namespace AutoFlip.Tests;

/// <summary>A clock that is set by hand; its dates are the system's.</summary>
sealed class Clock : TimeProvider
{
    public int Seconds { get; set; }

    public override long TimestampFrequency => 1;

    public override long GetTimestamp() => Seconds;
}
