using System.Collections.Immutable;

namespace AutoFlip;

/// <summary>Aggregates clients' figures.</summary>
static class Figures
{
    /// <summary>Mean (by samples, and equal) and standard deviation of each figure; null for no clients.</summary>
    public static ImmutableSortedDictionary<string, MetricSummary>? Summarize(IReadOnlyCollection<ClientFigures> clients) =>
        clients.Count == 0 ? null : clients.SelectMany(client => client.Values.Keys).Distinct()
            .ToImmutableSortedDictionary(name => name, name => Summarize(clients, name), StringComparer.Ordinal);

    /// <summary>Out minus in, for every figure that both sides have.</summary>
    public static ImmutableSortedDictionary<string, Gap>? GeneralizationGap(
        ImmutableSortedDictionary<string, MetricSummary>? inside, ImmutableSortedDictionary<string, MetricSummary>? outside) =>
        inside is null || outside is null ? null : inside.Keys.Where(outside.ContainsKey).ToImmutableSortedDictionary(
            name => $"gen_gap_{name}",
            name => new Gap(outside[name].Weighted - inside[name].Weighted, outside[name].Equal - inside[name].Equal),
            StringComparer.Ordinal);

    static MetricSummary Summarize(IEnumerable<ClientFigures> clients, string name)
    {
        double samples = 0, weighted = 0, sum = 0, squares = 0;
        var count = 0;
        foreach (var client in clients)
        {
            if (client.Values.GetValueOrDefault(name) is not { } value) continue;
            samples += client.Samples;
            weighted += client.Samples * value;
            sum += value;
            squares += value * value;
            count++;
        }
        if (count == 0) return new MetricSummary(null, null, null);
        var mean = sum / count;
        return new MetricSummary(weighted / samples, mean, Math.Sqrt(Math.Max(squares / count - mean * mean, 0)));
    }
}
