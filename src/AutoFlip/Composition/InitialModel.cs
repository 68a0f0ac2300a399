using System.Globalization;

namespace AutoFlip;

/// <summary>The initial weights of a run.</summary>
static class InitialModel
{
    /// <summary>The name of the file with them, below the checkpoints.</summary>
    public const string FileName = "initial.safetensors";

    /// <summary>Draws them, or loads those that the experiment names.</summary>
    /// <param name="experiment">The run.</param>
    /// <param name="method">Its method.</param>
    /// <param name="network">Its network.</param>
    /// <param name="checkpoints">The checkpoints of a run that is resumed: loaded weights are taken from there, once they are written.
    /// Null for a new run.</param>
    /// <param name="warn">Receives a sentence for each part that is drawn although weights are loaded: the last layer, and what stays at
    /// clients.</param>
    /// <exception cref="AutoFlipException">Files do not fit the network, are damaged, or have changed since the run began
    /// (exit 3).</exception>
    public static Weights Of(Experiment experiment, Method method, Network network, string? checkpoints, Action<string> warn)
    {
        if (experiment.Content is { } content)
        {
            if (checkpoints is not null && Path.Combine(checkpoints, FileName) is var saved && File.Exists(saved))
                return Safetensors.Read(saved).ToFiniteWeights(network.Layout);
            var files = PretrainedFiles.Of(experiment.Pretrained);
            var loaded = PretrainedWeights.Load(files, network, Drawn());
            if (files.Sha256() != content.Sha256)
                throw AutoFlipException.BadData(
                    $"The weights in '{experiment.Pretrained}' have changed since the run began. Restore them, or start a new run.");
            if (loaded.Fresh is { } reason) warn(reason);
            return WithDrawnLocalValues(loaded.Weights);
        }
        return Drawn();

        Weights Drawn() => method.Draw(experiment, network);

        // Clients have no file of weights: what is local starts at every client, and so at the server, from what both draw.
        Weights WithDrawnLocalValues(Weights loaded)
        {
            var travels = method.Algorithm.Travels(network);
            if (travels.IsAll) return loaded;
            var weights = Mask.OfValues(network.Layout, travels).Expand(travels.Gather(loaded.Values), Drawn());
            if (!weights.Values.SequenceEqual(loaded.Values)) warn(DrawnOf(travels));
            return weights;
        }

        string DrawnOf(Selection travels) => string.Create(
            CultureInfo.InvariantCulture,
            $"Experiment.Algorithm {experiment.Algorithm}: {travels.Count - travels.Kept:N0} of the model's {travels.Count:N0} values stay "
            + $"at the clients, which have no file of weights: they start as drawn, and not as in '{experiment.Pretrained}'.");
    }
}
