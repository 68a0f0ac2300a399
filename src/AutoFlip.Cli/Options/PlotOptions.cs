using System.Collections.Immutable;

namespace AutoFlip.Cli;

/// <summary>Options of <c>autoflip plot</c>.</summary>
sealed record PlotOptions
{
    /// <summary>The folder; null: the run directory's own.</summary>
    public string? Output { get; init; }

    /// <summary>Names of formats.</summary>
    public ImmutableArray<string> Formats { get; init; } = [.. PlotFolder.AllFormats.Select(format =>
        format.ToString().ToLowerInvariant())];
}
