namespace AutoFlip.Grpc;

/// <summary>Warnings that a peer can cause as often as it likes: each text once a minute at most, with the number of those left
/// out, and no more than 100 texts a minute. Safe for several threads.</summary>
/// <param name="warn">Receives them.</param>
/// <param name="time">The clock; only durations count.</param>
sealed class RepeatedWarnings(Action<string> warn, TimeProvider time)
{
    const int MostTexts = 100;
    static readonly TimeSpan Period = TimeSpan.FromMinutes(1);

    readonly Lock _lock = new();
    readonly Dictionary<string, (long Since, int LeftOut)> _texts = new(StringComparer.Ordinal);

    /// <summary>Passes a warning on, or counts it.</summary>
    public void Warn(string text)
    {
        var leftOut = 0;
        lock (_lock)
        {
            if (_texts.TryGetValue(text, out var last))
            {
                if (time.GetElapsedTime(last.Since) < Period)
                {
                    _texts[text] = last with { LeftOut = last.LeftOut + 1 };
                    return;
                }
                leftOut = last.LeftOut;
            }
            else if (_texts.Count >= MostTexts)
            {
                foreach (var old in _texts.Where(each => time.GetElapsedTime(each.Value.Since) >= Period).ToList()) _texts.Remove(old.Key);
                if (_texts.Count >= MostTexts) return;
            }
            _texts[text] = (time.GetTimestamp(), 0);
        }
        warn(leftOut == 0 ? text : $"{text} ({leftOut} more since the last such line.)");
    }
}
