using System.Globalization;

namespace AutoFlip;

/// <summary>A run's state as one safetensors file: the full vector and the algorithm's slots under prefixed names, the mask and the
/// pruner's memory where they are part of the state.</summary>
static class ResumeState
{
    const string WeightsPrefix = "weights", MaskName = "mask", MemoryName = "memory", RoundKey = "round";
    const string IdentityKey = "identity", EarlierIdentityKey = "experiment", ClientMemoryKey = "client_memory";

    /// <summary>The file's name below the checkpoints.</summary>
    public const string FileName = "resume.safetensors";

    /// <summary>Replaces the file, whole or not at all.</summary>
    /// <param name="path">The file.</param>
    /// <param name="state">The state.</param>
    /// <param name="experiment">What it is a state of.</param>
    /// <param name="clientMemory">Whether any client keeps something between rounds.</param>
    public static void Write(string path, RunState state, Experiment experiment, bool clientMemory)
    {
        var mask = state.Mask is null ? [] : SavedMask.Pack(state.Mask);
        var memory = state.Memory ?? [];
        var parts = Parts(state.Server.Weights.Layout, state.Server.Slots.Keys, mask.Length, memory.Length);
        var values = new float[parts.Count];
        var offset = 0;
        foreach (var part in state.Server.Slots.Values.Prepend(state.Server.Weights))
        {
            part.Values.CopyTo(values.AsSpan(offset));
            offset += part.Layout.Count;
        }
        mask.CopyTo(values, offset);
        memory.CopyTo(values, offset + mask.Length);
        var facts = new Dictionary<string, string>
        {
            [RoundKey] = state.Round.ToString(CultureInfo.InvariantCulture),
            [IdentityKey] = RunIdentity.Of(experiment),
        };
        if (clientMemory) facts[ClientMemoryKey] = bool.TrueString;
        Safetensors.Write(path, new Weights(parts, values), facts);
    }

    /// <summary>Facts about the state without its values: of no run if there is no file, or it is damaged, which <see cref="Read"/>
    /// refuses. An earlier version may have named no run, and no clients that keep something.</summary>
    public static (string? Identity, int Round, bool ClientsKeep) FactsOf(string path) =>
        Safetensors.TryMetadata(path) is { } metadata
            ? (metadata.GetValueOrDefault(IdentityKey), RoundOf(metadata) ?? 0, metadata.ContainsKey(ClientMemoryKey))
            : default;

    static int? RoundOf(IReadOnlyDictionary<string, string> metadata) =>
        int.TryParse(metadata.GetValueOrDefault(RoundKey), NumberStyles.None, CultureInfo.InvariantCulture, out var round) ? round : null;

    /// <summary>Reads the file; null if the run has not finished a round.</summary>
    /// <param name="path">The file.</param>
    /// <param name="initial">Initial state of the algorithm, which determines the vectors of the file.</param>
    /// <param name="network">The full model.</param>
    /// <param name="experiment">The experiment to resume.</param>
    /// <exception cref="AutoFlipException">The file is damaged or another model's (exit 3), or another experiment's (exit 2).</exception>
    public static RunState? Read(string path, ServerState initial, Network network, Experiment experiment)
    {
        if (!File.Exists(path)) return null;
        var file = Safetensors.Read(path);
        if (file.Metadata.TryGetValue(IdentityKey, out var identity) ? identity != RunIdentity.Of(experiment)
            : file.Metadata.GetValueOrDefault(EarlierIdentityKey) != RunIdentity.OfVersion01(experiment))
            throw RunIdentity.Changed(experiment);
        var layout = initial.Weights.Layout;
        var (packed, kept) = (LengthOf(file, MaskName), LengthOf(file, MemoryName));
        var all = file.ToFiniteWeights(Parts(layout, initial.Slots.Keys, packed, kept)).Values;
        if (RoundOf(file.Metadata) is not { } round)
            throw AutoFlipException.BadData($"{path} does not say which round it was written after: it is no resume state.");

        var slots = initial.Slots;
        var offset = layout.Count;
        foreach (var name in initial.Slots.Keys)
        {
            slots = slots.SetItem(name, new Weights(layout, all.Slice(offset, layout.Count).ToArray()));
            offset += layout.Count;
        }
        var mask = packed == 0 ? null : SavedMask.Unpack(all.Slice(offset, packed), network, path);
        var memory = kept == 0 ? null : all[(offset + packed)..].ToArray();
        return new RunState(round, new ServerState(new Weights(layout, all[..layout.Count].ToArray()), slots), mask, memory);
    }

    static int LengthOf(Safetensors file, string name) => file.Tensors.FirstOrDefault(tensor => tensor.Name == name)?.Values.Length ?? 0;

    static WeightLayout Parts(WeightLayout layout, IEnumerable<string> slots, int mask, int memory) => WeightLayout.Create(
        (from part in slots.Prepend(WeightsPrefix)
         from tensor in layout.Entries
         select ($"{part}.{tensor.Name}", tensor.Shape, TensorRole.Weight))
        .Concat(mask == 0 ? [] : [(MaskName, [mask], TensorRole.Weight)])
        .Concat(memory == 0 ? [] : [(MemoryName, [memory], TensorRole.Weight)]));
}
