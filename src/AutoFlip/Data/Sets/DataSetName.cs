namespace AutoFlip;

/// <summary>Names of data sets, as they are typed and as they are passed on.</summary>
/// <remarks>
/// A set of the user's is named by its path, <c>csv:/home/me/people.csv</c>, and folders of the user's belong in no file that other people
/// get. Run directories keep the path where a run needs it (<c>experiment.json</c>); models, summaries, reports and tables hold the last
/// part only. See docs/decisions/0041.
/// </remarks>
public static class DataSetName
{
    /// <summary>Stands for data of the clients' own, in a federation over a network: a data contract describes them, and each client names
    /// its files (<see cref="ClientSource"/>).</summary>
    public const string Own = "own";

    /// <summary>Tests whether a name is <see cref="Own"/>, in any case.</summary>
    public static bool IsOwn(string name) => name.Equals(Own, StringComparison.OrdinalIgnoreCase);

    /// <summary>The kind and the path of a set that is named by its path, as in <c>folder:PATH</c>; null if the name
    /// is one of the catalogue's.</summary>
    public static (string Kind, string Path)? PathOf(string name) =>
        name.IndexOf(':', StringComparison.Ordinal) is > 0 and var colon ? (name[..colon], name[(colon + 1)..]) : null;

    /// <summary>The name without the folders of its path: <c>csv:/home/me/people.csv</c> becomes
    /// <c>csv:people.csv</c>. Other names stay.</summary>
    public static string WithoutFolders(string name)
    {
        if (PathOf(name) is not { } named) return name;
        var last = LastPart(named.Path);
        if (last is "" or "." or "..") last = LastPart(Path.GetFullPath(named.Path.Length == 0 ? "." : named.Path));
        return $"{named.Kind}:{last}";
    }

    /// <summary>Tests whether the name is a path without its folders, by which the set cannot be found.</summary>
    public static bool IsWithoutFolders(string name) => PathOf(name) is not null && WithoutFolders(name) == name;

    /// <summary>The path of initial weights without its folders; empty if there are none.</summary>
    static string LastPartOf(string path) => path.Length == 0 ? path : WithoutFolders($"path:{path}")["path:".Length..];

    /// <summary>The value of an option as it may be passed on: of a data set, a vocabulary and initial weights without folders.</summary>
    /// <param name="option">The property of <see cref="Experiment"/>, or its field in a file.</param>
    /// <param name="value">The value.</param>
    public static string WithoutFolders(string option, string value) => option.ToUpperInvariant() switch
    {
        "DATASET" or "TOKENIZER" => WithoutFolders(value),
        "PRETRAINED" => LastPartOf(value),
        _ => value,
    };

    /// <summary>The experiment as it may be passed on: data set, vocabulary and initial weights without folders.</summary>
    public static Experiment WithoutFolders(Experiment experiment) => experiment with
    {
        Dataset = WithoutFolders(experiment.Dataset),
        Tokenizer = WithoutFolders(experiment.Tokenizer),
        Pretrained = LastPartOf(experiment.Pretrained),
        Derived =
        [
            .. experiment.Derived.Select(derived =>
                derived.Value is string text ? derived with { Value = WithoutFolders(derived.Property.Name, text) } : derived),
        ],
    };

    /// <summary>A text about an experiment without the folders in which its data set, its vocabulary and its initial weights
    /// lie.</summary>
    public static string WithoutFolders(string text, Experiment experiment) => WithoutFolder(
        WithoutFolder(WithoutFolder(text, experiment.Dataset), experiment.Tokenizer), $"path:{experiment.Pretrained}");

    static string WithoutFolder(string text, string name)
    {
        if (PathOf(name) is not { Path.Length: > 0 } named) return text;
        var folder = Path.GetDirectoryName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(named.Path)));
        return folder is { Length: > 1 }
            ? text
                .Replace(folder + Path.DirectorySeparatorChar, "", StringComparison.Ordinal)
                .Replace(folder, ".", StringComparison.Ordinal)
            : text;
    }

    static string LastPart(string path) => path.TrimEnd('/', '\\').Split('/', '\\')[^1];
}
