namespace AutoFlip;

/// <summary>Finds the known name nearest to a misspelt one.</summary>
public static class Nearest
{
    /// <summary>The closest of the accepted names, in any case; null if none is close enough to be worth suggesting.</summary>
    /// <remarks>
    /// Close: at most two in five of the typed letters (at least one) have to be inserted, removed, replaced or swapped with their
    /// neighbour; or the typed name begins or ends an accepted one and has three letters or more. Ties fall to the earlier name.
    /// </remarks>
    public static string? To(string typed, IEnumerable<string> accepted)
    {
        var (best, bestDistance) = ((string?)null, Math.Max(1, typed.Trim('-').Length * 2 / 5) + 1);
        var extension = (string?)null;
        foreach (var name in accepted)
        {
            var distance = Distance(typed.ToLowerInvariant(), name.ToLowerInvariant());
            if (distance < bestDistance) (best, bestDistance) = (name, distance);
            if (typed.Trim('-').Length >= 3 && (name.StartsWith(typed, StringComparison.OrdinalIgnoreCase)
                || name.EndsWith(typed.Trim('-'), StringComparison.OrdinalIgnoreCase))) extension ??= name;
        }
        return best ?? extension;
    }

    /// <summary>" Did you mean 'x'?", or nothing.</summary>
    public static string Hint(string typed, IEnumerable<string> accepted) =>
        To(typed, accepted) is { } name ? $" Did you mean '{name}'?" : "";

    /// <summary>Edits that turn one text into the other (optimal string alignment); O(a b) time, O(b) space.</summary>
    internal static int Distance(string a, string b)
    {
        int[] beforeLast = new int[b.Length + 1], last = [.. Enumerable.Range(0, b.Length + 1)], current = new int[b.Length + 1];
        for (var i = 1; i <= a.Length; i++)
        {
            current[0] = i;
            for (var k = 1; k <= b.Length; k++)
            {
                var replaced = last[k - 1] + (a[i - 1] == b[k - 1] ? 0 : 1);
                current[k] = Math.Min(replaced, Math.Min(last[k], current[k - 1]) + 1);
                if (i > 1 && k > 1 && a[i - 1] == b[k - 2] && a[i - 2] == b[k - 1])
                    current[k] = Math.Min(current[k], beforeLast[k - 2] + 1);
            }
            (beforeLast, last, current) = (last, current, beforeLast);
        }
        return last[b.Length];
    }
}
