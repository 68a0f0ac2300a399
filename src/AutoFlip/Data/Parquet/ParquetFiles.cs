using System.Collections.Immutable;
using System.Text.RegularExpressions;

namespace AutoFlip;

/// <summary>The files of a data set in Parquet: one, or those of a folder as Hugging Face's repositories have them.</summary>
/// <remarks>
/// In a folder, and in folders below it, a file is for training or testing by the word <c>train</c>, <c>test</c>, <c>validation</c>,
/// <c>valid</c>, <c>val</c>, <c>dev</c> or <c>eval</c> in its name (<c>data/test-00000-of-00002.parquet</c>), or in that of the nearest
/// folder that has one (<c>default/train/0000.parquet</c>). Files for validation are the test set where there is no other. Where no file
/// has such a word, all are for training, and every fifth row is for testing.
/// </remarks>
/// <param name="Folder">The folder.</param>
/// <param name="Train">Names of the files for training below the folder, with '/', in their order.</param>
/// <param name="Test">Names of the files for testing; empty if every fifth row is for testing.</param>
sealed partial record ParquetFiles(string Folder, ImmutableArray<string> Train, ImmutableArray<string> Test)
{
    const string Extension = ".parquet";
    const int DeepestFolder = 4;

    /// <summary>Finds the files of a path.</summary>
    /// <exception cref="AutoFlipException">There are none, or those of several data sets (exit 3).</exception>
    public static ParquetFiles Of(string path)
    {
        if (File.Exists(path))
            return new(Path.GetDirectoryName(path) is { Length: > 0 } folder ? folder : ".", [Path.GetFileName(path)], []);
        if (!Directory.Exists(path)) throw Bad(path, "there is no such file or folder");
        string[] names;
        try
        {
            names = [.. Directory.EnumerateFiles(path, "*" + Extension, new EnumerationOptions
            {
                RecurseSubdirectories = true,
                MaxRecursionDepth = DeepestFolder,
                MatchCasing = MatchCasing.CaseInsensitive,
                AttributesToSkip = 0,
            }).Select(file => Path.GetRelativePath(path, file).Replace('\\', '/'))
                .Where(name => !name.StartsWith('.') && !name.Contains("/.", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw AutoFlipException.Unreadable(path, e);
        }
        if (names.Length == 0) throw Bad(path, $"there is no file *{Extension} in this folder");
        if (names.GroupBy(SetOf).Select(set => set.Key).ToList() is { Count: > 1 } sets)
        {
            var some = string.Join(", ", sets.Take(20).Select(set => set.Length == 0 ? "." : set));
            throw Bad(path, $"this folder has several data sets ({some}); give the folder or file of one of them");
        }
        RequireShards(path, names);
        var parts = names.ToLookup(PartOf);
        string[] test = [.. parts["test"]], others = [.. parts["validation"]], train = [.. parts["train"]], none = [.. parts[""]];
        if (train.Length + test.Length + others.Length == 0) return new(path, [.. none], []);
        if (none.Length > 0) throw Bad(path, $"'{none[0]}' is named neither train, test nor validation, and other files are; rename it");
        if (train.Length == 0) throw Bad(path, "no file is named train");
        return new(path, [.. train], [.. test.Length > 0 ? test : others]);
    }

    /// <summary>The part that a file belongs to: train, test, validation, or none.</summary>
    static string PartOf(string name)
    {
        foreach (var word in name.Split('/').Reverse())
            if (WordIn(word) is { } part) return part;
        return "";
    }

    static string? WordIn(string name) => Word.Match(Path.GetFileNameWithoutExtension(name)) is not { Success: true } found ? null
        : found.Value.ToLowerInvariant() is ("train" or "test") and var part ? part : "validation";

    /// <summary>The folder of a file without the folders that name a part.</summary>
    static string SetOf(string name) => string.Join('/', name.Split('/')[..^1].Where(folder => WordIn(folder) is null));

    /// <summary>Refuses files such as <c>train-00000-of-00003.parquet</c> of which one is missing.</summary>
    static void RequireShards(string path, string[] names)
    {
        foreach (var name in names)
        {
            if (Shard.Match(name) is not { Success: true } shard) continue;
            var count = int.Parse(shard.Groups[2].ValueSpan, provider: null);
            for (var number = 0; number < Math.Min(count, names.Length + 1); number++)
            {
                var other = $"{name[..shard.Groups[1].Index]}{number.ToString(shard.Groups[1].Length == 5 ? "00000" : "000000", null)}"
                    + name[(shard.Groups[1].Index + shard.Groups[1].Length)..];
                if (!names.Contains(other)) throw Bad(path, $"'{other}' is missing: '{name}' is one of {count} files");
            }
        }
    }

    static AutoFlipException Bad(string path, string why) => AutoFlipException.BadData($"Experiment.Dataset parquet:{path}: {why}.");

    [GeneratedRegex(
        "(?<![a-z])(train|test|validation|valid|val|dev|eval)(?![a-z])", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    static partial Regex Word { get; }

    [GeneratedRegex("-([0-9]{5,6})-of-([0-9]{5,6})[^/]*$", RegexOptions.CultureInvariant)]
    static partial Regex Shard { get; }
}
