using System.Collections.Immutable;

namespace AutoFlip;

/// <summary>A tensor and the file that holds it.</summary>
readonly record struct FoundTensor(SafetensorsFile File, StoredTensor Tensor);

/// <summary>Names of tensors in files of other programs, and in a network of ours.</summary>
/// <remarks>
/// Ours are PyTorch's of the reference, and those of an encoder of text <c>features.</c> and the name in transformers. There the prefix
/// of the encoder (<c>distilbert.</c>, <c>transformer.</c>, <c>mobilebert.</c>) is there in models with a head and missing in bare ones,
/// and old files call the weight and the bias of a normalisation gamma and beta.
/// </remarks>
sealed class PretrainedNames(Network network)
{
    const string Features = "features.", BeforeClassifier = "pre_classifier.";

    /// <summary>Beginnings of names beside an encoder in transformers: heads of masked words, next sentences, answers and classes, and
    /// a pooler that the network does not have.</summary>
    static readonly string[] OtherTasks =
    [
        "cls.", "vocab_transform.", "vocab_layer_norm.", "vocab_projector.", "qa_outputs.", "classifier.", BeforeClassifier, "pooler.",
    ];

    readonly HashSet<string> _names = [.. network.Layout.Entries.Select(entry => entry.Name)];
    readonly string? _prefix = PrefixOf(network.Name);

    /// <summary>The prefix of an encoder in transformers; null for any other model.</summary>
    public static string? PrefixOf(string model) => model switch
    {
        nameof(DistilBert) => "distilbert.",
        nameof(SqueezeBert) => "transformer.",
        nameof(MobileBert) => "mobilebert.",
        _ => null,
    };

    /// <summary>The name in transformers of a tensor of an encoder of ours, with the prefix.</summary>
    public static string Foreign(string name, string prefix) =>
        name.StartsWith(Features, StringComparison.Ordinal) ? prefix + name[Features.Length..] : name;

    /// <summary>The network's name of a tensor; null if it has none.</summary>
    public string? Own(string name)
    {
        if (_names.Contains(name)) return name;
        if (_prefix is null) return null;
        name = Renamed(Renamed(Features + WithoutPrefix(name), ".gamma", ".weight"), ".beta", ".bias");
        return _names.Contains(name) ? name : null;
    }

    /// <summary>Tests whether a tensor belongs to a head beside the encoder.</summary>
    public bool IsOfAnotherTask(string name) =>
        _prefix is not null && Array.Exists(OtherTasks, task => WithoutPrefix(name).StartsWith(task, StringComparison.Ordinal));

    /// <summary>Reason why the last layer keeps its drawn weights, in a sentence; null if the files have it.</summary>
    public string? FreshHead(
        ImmutableArray<TensorEntry> head, IReadOnlyDictionary<string, FoundTensor> found, ImmutableArray<SafetensorsFile> files)
    {
        var drawn = $"The last layer ({string.Join(", ", head.Select(entry => entry.Name))}) is drawn:";
        if (_prefix is not null && files.Any(file => file.Tensors.Any(t => t.Name.StartsWith(BeforeClassifier, StringComparison.Ordinal))))
            return $"{drawn} that of the file was trained behind a layer (pre_classifier) that {network.Name} does not have.";
        if (head.Any(entry => !found.ContainsKey(entry.Name)))
            return $"{drawn} the file has none.";
        var other = head.FirstOrDefault(entry => IsOfOtherOutputs(found[entry.Name].Tensor.Shape, entry.Shape));
        return other is null
            ? null
            : $"{drawn} the file has {found[other.Name].Tensor.Shape[0]} outputs, and {network.Outputs} are needed.";
    }

    static bool IsOfOtherOutputs(ImmutableArray<int> stored, ImmutableArray<int> wanted) =>
        stored.Length == wanted.Length && stored[0] != wanted[0] && stored.AsSpan()[1..].SequenceEqual(wanted.AsSpan()[1..]);

    string WithoutPrefix(string name) => name.StartsWith(_prefix!, StringComparison.Ordinal) ? name[_prefix!.Length..] : name;

    static string Renamed(string name, string end, string other) =>
        name.EndsWith(end, StringComparison.Ordinal) ? name[..^end.Length] + other : name;
}
