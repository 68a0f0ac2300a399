using System.Collections.Immutable;

namespace AutoFlip;

/// <summary>What came of looking for a data set.</summary>
/// <param name="Set">The set.</param>
/// <param name="Folder">Where it is; null if it was not found.</param>
/// <param name="Tried">Folders in which it is not, in the order in which they were tried.</param>
public sealed record DataSearch(DataSet Set, DataFolder? Folder, ImmutableArray<string> Tried)
{
    /// <summary>What to tell someone who needs the set.</summary>
    internal string NotFound(string why)
    {
        var package = Set.SystemPackage is null ? "" : $" or `apt-get install {Set.SystemPackage}`";
        if (Set.Source is { } source)
            return $"The data set {Set.Name} is missing, and cannot be downloaded. Looked in {string.Join(", ", Tried)}. To get it: {source}.";
        return $"The data set {Set.Name} is missing: {why.TrimEnd('.')}. Looked in {string.Join(", ", Tried)}. " +
            $"Get it with `autoflip data get {Set.Name}`{package}, or name its folder with --data-path.";
    }
}
