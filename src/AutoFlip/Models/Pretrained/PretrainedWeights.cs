using System.Collections.Immutable;
using System.Numerics.Tensors;

namespace AutoFlip;

/// <summary>Initial weights from files of other programs.</summary>
/// <remarks>
/// Every tensor of the network must be there with its shape, in F32, F16 or BF16. The last layer is an exception: if it is missing, has
/// another number of outputs, or was trained behind a layer that the network lacks, it keeps its drawn weights. Tensors of other types
/// are ignored (positions and counters, I64), and so are the heads of other tasks beside an encoder of text. Any other tensor is refused.
/// </remarks>
/// <param name="Weights">The weights.</param>
/// <param name="Fresh">Reason why the last layer keeps its drawn weights, in a sentence; null if it was loaded.</param>
sealed record PretrainedWeights(Weights Weights, string? Fresh)
{
    const int MostNamed = 3;

    /// <summary>Loads weights.</summary>
    /// <param name="files">The files.</param>
    /// <param name="network">The network.</param>
    /// <param name="drawn">Drawn weights of it, for its last layer.</param>
    /// <exception cref="AutoFlipException">A file is damaged, or does not fit the network (exit 3): one sentence names what is missing,
    /// not recognised, of another shape or type, or not finite.</exception>
    public static PretrainedWeights Load(PretrainedFiles files, Network network, Weights drawn)
    {
        var open = files.Open();
        try
        {
            var names = new PretrainedNames(network);
            var (found, unknown, twice) = Assign(open, names);
            var head = HeadOf(network);
            var fresh = head.IsEmpty ? null : names.FreshHead(head, found, open);
            var wanted = network.Layout.Entries.Where(entry => fresh is null || !head.Contains(entry)).ToList();
            List<string> faults =
            [
                .. Fault("it lacks", wanted.Where(entry => !found.ContainsKey(entry.Name)).Select(entry => $"'{entry.Name}'")),
                .. Fault("it has", wanted.Where(entry => found.TryGetValue(entry.Name, out var t) && !Same(t.Tensor.Shape, entry.Shape))
                    .Select(entry => $"{found[entry.Name].Tensor} in place of [{string.Join(", ", entry.Shape)}]")),
                .. Fault("only F32, F16 and BF16 are read, and not", wanted
                    .Where(entry => found.TryGetValue(entry.Name, out var t) && !t.Tensor.Type.IsFloat)
                    .Select(entry => $"'{found[entry.Name].Tensor.Name}' of {found[entry.Name].Tensor.Type.Name}")),
                .. Fault("the model has no", unknown.Select(name => $"'{name}'")),
                .. Fault("it has twice", twice.Select(name => $"'{name}'")),
            ];
            if (faults.Count > 0)
                throw AutoFlipException.BadData($"'{files.Path}' does not fit the model {network.Name}: {string.Join("; ", faults)}.");
            var values = drawn.ToArray();
            foreach (var entry in wanted) Read(found[entry.Name], values.AsSpan(entry.Range));
            return new(new Weights(network.Layout, values), fresh);
        }
        finally
        {
            foreach (var file in open) file.Dispose();
        }
    }

    /// <summary>The tensors of the files by the network's names, those it does not know, and those that are there twice.</summary>
    static (Dictionary<string, FoundTensor> Found, List<string> Unknown, List<string> Twice) Assign(
        ImmutableArray<SafetensorsFile> files, PretrainedNames names)
    {
        var found = new Dictionary<string, FoundTensor>(StringComparer.Ordinal);
        List<string> unknown = [], twice = [];
        foreach (var file in files)
        {
            foreach (var tensor in file.Tensors)
            {
                if (names.Own(tensor.Name) is not { } own)
                {
                    if (tensor.Type.IsFloat && !names.IsOfAnotherTask(tensor.Name)) unknown.Add(ForeignText.Quote(tensor.Name));
                }
                else if (!found.TryAdd(own, new(file, tensor)))
                {
                    twice.Add(ForeignText.Quote(tensor.Name));
                }
            }
        }
        return (found, unknown, twice);
    }

    static void Read(FoundTensor found, Span<float> values)
    {
        found.File.Read(found.Tensor, values);
        if (!TensorPrimitives.IsFiniteAll<float>(values))
            throw AutoFlipException.BadFile(
                found.File.Path, $"the tensor '{ForeignText.Quote(found.Tensor.Name)}' has values that are not finite (NaN or infinity)");
    }

    /// <summary>The tensors of the layer that makes the outputs; empty if they do not depend on their number.</summary>
    static ImmutableArray<TensorEntry> HeadOf(Network network)
    {
        ImmutableArray<TensorEntry> last =
            [.. network.Nodes.Last(node => !node.Tensors.IsEmpty).Tensors.Select(name => network.Layout[name])];
        return Array.TrueForAll([.. last], entry => entry.Shape[0] == network.Outputs) ? last : [];
    }

    static IEnumerable<string> Fault(string what, IEnumerable<string> which)
    {
        string[] all = [.. which];
        if (all is []) return [];
        var rest = all.Length - MostNamed;
        return [$"{what} {string.Join(", ", all.Take(MostNamed))}{(rest > 0 ? $" and {rest} more" : "")}"];
    }

    static bool Same(ImmutableArray<int> one, ImmutableArray<int> other) => one.AsSpan().SequenceEqual(other.AsSpan());
}
