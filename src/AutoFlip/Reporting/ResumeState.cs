using System.Globalization;

namespace AutoFlip;

/// <summary>A run's state as one safetensors file: the full vector and the algorithm's slots, under prefixed names.</summary>
static class ResumeState
{
    const string WeightsPrefix = "weights", RoundKey = "round";

    /// <summary>Replaces the file, whole or not at all.</summary>
    public static void Write(string path, RunState state)
    {
        var parts = Parts(state.Server.Weights.Layout, state.Server.Slots.Keys);
        var values = new float[parts.Count];
        var offset = 0;
        foreach (var part in state.Server.Slots.Values.Prepend(state.Server.Weights))
        {
            part.Values.CopyTo(values.AsSpan(offset));
            offset += part.Layout.Count;
        }
        Safetensors.Write(path, new Weights(parts, values), new Dictionary<string, string>
        {
            [RoundKey] = state.Round.ToString(CultureInfo.InvariantCulture),
        });
    }

    /// <summary>Reads the file; null if the run has not finished a round.</summary>
    /// <param name="path">The file.</param>
    /// <param name="initial">What the algorithm starts from: says which vectors there are.</param>
    /// <exception cref="AutoFlipException">The file is damaged or another model's (exit 3).</exception>
    public static RunState? Read(string path, ServerState initial)
    {
        if (!File.Exists(path)) return null;
        var file = Safetensors.Read(path);
        var layout = initial.Weights.Layout;
        var all = file.ToWeights(Parts(layout, initial.Slots.Keys)).Values;
        if (!int.TryParse(file.Metadata.GetValueOrDefault(RoundKey), NumberStyles.None, CultureInfo.InvariantCulture, out var round))
            throw AutoFlipException.BadData($"{path} does not say which round it was written after: it is no resume state.");

        var slots = initial.Slots;
        var offset = layout.Count;
        foreach (var name in initial.Slots.Keys)
        {
            slots = slots.SetItem(name, new Weights(layout, all.Slice(offset, layout.Count).ToArray()));
            offset += layout.Count;
        }
        return new RunState(round, new ServerState(new Weights(layout, all[..layout.Count].ToArray()), slots));
    }

    static WeightLayout Parts(WeightLayout layout, IEnumerable<string> slots) => WeightLayout.Create(
        from part in slots.Prepend(WeightsPrefix)
        from tensor in layout.Entries
        select ($"{part}.{tensor.Name}", tensor.Shape, TensorRole.Weight));
}
