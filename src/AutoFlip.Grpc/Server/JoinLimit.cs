namespace AutoFlip.Grpc;

/// <summary>Limits how often a name may begin a session: a burst, for processes that are killed and restarted again and again, then one
/// each period. Not safe for several threads.</summary>
/// <remarks>Its memory grows with the names that it is asked about: ask only about owners of seats.</remarks>
/// <param name="burst">Sessions at once, after a long time without.</param>
/// <param name="period">Time after which one more is possible.</param>
sealed class JoinLimit(int burst, TimeSpan period)
{
    readonly Dictionary<string, TimeSpan> _paid = new(StringComparer.Ordinal); // the time up to which the rate is used

    /// <summary>Counts a session, unless there were too many.</summary>
    /// <param name="name">The client's name.</param>
    /// <param name="now">The time.</param>
    /// <returns>False if it is one too many.</returns>
    public bool Take(string name, TimeSpan now)
    {
        var paid = _paid.TryGetValue(name, out var until) && until > now ? until : now;
        if (paid - now > (burst - 1) * period) return false;
        _paid[name] = paid + period;
        return true;
    }
}
