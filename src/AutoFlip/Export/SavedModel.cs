using System.Collections.Immutable;

namespace AutoFlip;

/// <summary>A saved model: its network and weights, and the facts needed to use it.</summary>
/// <param name="Card">Facts needed to use the model.</param>
/// <param name="Network">The network: without the units that were removed, if these are the small weights.</param>
/// <param name="Weights">Its weights.</param>
/// <param name="Experiment">The experiment that trained it; null if the file does not contain it. Files name a data set of the user's
/// without its folders.</param>
public sealed record SavedModel(ModelCard Card, Network Network, Weights Weights, Experiment? Experiment)
{
    /// <summary>The names of a run's models in its directory: the small network of the final one, and the full network with zeros for
    /// removed values.</summary>
    public const string SmallFile = "checkpoints/final-small.safetensors", FullFile = "checkpoints/final.safetensors";

    /// <summary>Reads a safetensors file with a card. Nothing but the file is needed.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="AutoFlipException">It is missing, damaged, or has no card (exit 3).</exception>
    /// <remarks>Files are not trusted: reading ends with the content or with that exception, and uses memory in proportion to the file's
    /// real length.</remarks>
    public static SavedModel Load(string path) => Of(Safetensors.Read(path), path) ?? throw AutoFlipException.BadFile(
        path,
        "there is no model card in its metadata: an older version or another program wrote it. Of an older run, name the run directory");

    /// <summary>Writes the model as an ONNX file with its card (<see cref="OnnxModel"/>).</summary>
    /// <param name="path">The file to replace. Its folder must exist.</param>
    /// <param name="half">Whether matrices, kernels and tables are stored in float16.</param>
    /// <exception cref="AutoFlipException">It cannot be written, or a weight is beyond float16 (exit 4).</exception>
    public void WriteOnnx(string path, bool half = false) => OnnxModel.Write(path, Network, Weights, Metadata, half);

    /// <summary>Writes the model as a safetensors file, which <see cref="Load"/> and PyTorch read.</summary>
    /// <param name="path">The file to replace. Its folder must exist.</param>
    /// <param name="half">Whether values are stored in float16.</param>
    /// <exception cref="AutoFlipException">It cannot be written (exit 4), or a weight is beyond float16 (exit 2).</exception>
    public void WriteSafetensors(string path, bool half = false) => Safetensors.Write(path, Weights, Metadata, half);

    /// <summary>Writes the model as a folder for Hugging Face's transformers, which <see cref="Experiment.Pretrained"/> reads
    /// too.</summary>
    /// <param name="folder">Made if it is not there; its parent must exist. Files in it are replaced.</param>
    /// <param name="half">Whether values are stored in float16.</param>
    /// <exception cref="AutoFlipException">It is no model of transformers, units were removed from it, or a weight is beyond float16
    /// (exit 2); a file cannot be written (exit 4).</exception>
    /// <remarks>A full network with zeros for removed units computes what is left of it.</remarks>
    public void WriteHuggingFace(string folder, bool half = false) => HuggingFaceFolder.Write(this, folder, half);

    /// <summary>The model without the last units of every layer: the sub-model that clients of a rate trained.</summary>
    /// <param name="rate">r: the first ceil(r K) of K units stay.</param>
    /// <exception cref="AutoFlipException">Sub-models of the run do not have the first units of every layer, or none has that rate
    /// (exit 2).</exception>
    public SavedModel Cut(decimal rate)
    {
        if (Experiment is null || Card.Widths is not null
            || Catalog.Resolve(Experiment).Pruner is not SubModelPruner { IsNested: true } pruner)
            throw AutoFlipException.BadRequest(
                $"The model cannot be cut to {ExperimentOption.Text(rate)} of its units. Accepted: whole models of Experiment.Pruner "
                + "heterofl or fjord, whose clients train the first units of every layer.");
        if (SubModelPruner.Rates(pruner.ModelRates) is not { } rates || !rates.Contains(rate))
            throw AutoFlipException.BadRequest(
                $"The model cannot be cut to {ExperimentOption.Text(rate)} of its units, which is none of the rates of its clients. "
                + $"Accepted: {pruner.ModelRates}, the run's Options.ModelRates.");
        var units = SubModelPruner.Cut(Network, rate);
        if (units.IsAll) return this;
        var values = units.Present.Gather(Weights.Values);
        if (pruner is ScaledSubModelPruner { Scaler: true }) ScaledView.Of(Network, units.Small)?.Enter(values); // as clients computed
        return this with { Card = Card.WithWidthsOf(units.Small), Network = units.Small, Weights = new(units.Small.Layout, values) };
    }

    ImmutableSortedDictionary<string, string> Metadata => Card.Metadata(Experiment);

    /// <summary>The model of a file that has a card; null if it has none.</summary>
    /// <exception cref="AutoFlipException">Card and tensors do not fit (exit 3).</exception>
    internal static SavedModel? Of(Safetensors file, string path)
    {
        if (ModelCard.Find(file.Metadata, path) is not { } card) return null;
        var network = card.BuildNetwork(path);
        var weights = file.ToFiniteWeights(network.Layout);
        // of the full vector: other files do not have it
        if (card is { ModelSha256: { } sha256, Widths: null } && !file.IsHalf && weights.Sha256() != sha256)
            throw AutoFlipException.BadFile(path, "its weights do not have the model_sha256 that its model card names");
        return new SavedModel(card, network, weights, ExperimentOf(file.Metadata, path));
    }

    /// <summary>The experiment in a file's metadata; null if there is none.</summary>
    /// <exception cref="AutoFlipException">It is damaged (exit 3).</exception>
    public static Experiment? ExperimentOf(IReadOnlyDictionary<string, string> metadata, string path)
    {
        if (!metadata.TryGetValue(ModelCard.ExperimentKey, out var text)) return null;
        try
        {
            return ExperimentFile.OfModel(text, path);
        }
        catch (AutoFlipException e)
        {
            throw AutoFlipException.BadFile(path, $"the experiment in its metadata cannot be read: {e.Message.TrimEnd('.')}", e);
        }
    }
}
