using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace AutoFlip;

/// <summary>Files of initial weights: one safetensors file, or a folder of a Hugging Face model.</summary>
/// <param name="Path">The file or folder.</param>
/// <param name="Config">The <c>config.json</c> of the folder; null for a file.</param>
/// <param name="Weights">The safetensors files, each once.</param>
/// <param name="Index">Of weights in several files, the file that names them; null for one file.</param>
sealed record PretrainedFiles(string Path, string? Config, ImmutableArray<string> Weights, string? Index)
{
    const string WeightsName = "model.safetensors", IndexName = WeightsName + ".index.json", PickleName = "pytorch_model.bin";
    const string Conversion = "transformers.AutoModel.from_pretrained(FOLDER).save_pretrained(NEW_FOLDER, safe_serialization=True)";
    const long LargestIndex = 100_000_000;

    /// <summary>The vocabulary in the folder; null if there is none.</summary>
    public string? Vocabulary =>
        Config is not null && System.IO.Path.Combine(Path, TokenizerName.FileName) is var file && File.Exists(file) ? file : null;

    /// <summary>Finds the files; their content is not read, but for the index.</summary>
    /// <exception cref="AutoFlipException">Something is missing or damaged (exit 3).</exception>
    public static PretrainedFiles Of(string path)
    {
        if (!Directory.Exists(path))
        {
            if (IsPickle(path)) throw Pickled(path);
            return File.Exists(path) ? new(path, null, [path], null) : throw AutoFlipException.BadData(
                $"'{path}' does not exist. Experiment.Pretrained is the folder of a Hugging Face model, or a safetensors file.");
        }
        string In(string name) => System.IO.Path.Combine(path, name);
        var config = In(HuggingFaceConfig.FileName);
        if (!File.Exists(config))
            throw AutoFlipException.BadData(
                $"'{path}' has no {HuggingFaceConfig.FileName}, so it is no folder of a Hugging Face model. "
                + "Of a run, name the file checkpoints/final.safetensors in its directory.");
        if (File.Exists(In(WeightsName))) return new(path, config, [In(WeightsName)], null);
        if (File.Exists(In(IndexName))) return new(path, config, [.. Shards(path, In(IndexName)).Values.Distinct().Order()], In(IndexName));
        throw Directory.EnumerateFiles(path, "*.bin").Any(IsPickle)
            ? Pickled(path)
            : AutoFlipException.BadData($"'{path}' has neither {WeightsName} nor {IndexName}.");
    }

    /// <summary>Opens all files, and checks that they have the tensors which the index names.</summary>
    /// <exception cref="AutoFlipException">A file is missing or damaged, or lacks a tensor of the index (exit 3).</exception>
    public ImmutableArray<SafetensorsFile> Open()
    {
        var files = ImmutableArray.CreateBuilder<SafetensorsFile>();
        try
        {
            foreach (var file in Weights) files.Add(SafetensorsFile.Open(file));
            if (Index is not null) CheckIndex(files);
            return files.ToImmutable();
        }
        catch
        {
            foreach (var file in files) file.Dispose();
            throw;
        }
    }

    /// <summary>SHA-256 of the weights' file as <c>sha256sum</c> prints it; of several, of the lines that it prints, by name and without
    /// folders.</summary>
    /// <exception cref="AutoFlipException">One cannot be read (exit 3).</exception>
    public string Sha256()
    {
        if (Weights is [var only]) return Sha256Of(only);
        var lines = Weights.Select(file => $"{Sha256Of(file)}  {System.IO.Path.GetFileName(file)}\n");
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Concat(lines))));
    }

    void CheckIndex(IReadOnlyList<SafetensorsFile> files)
    {
        var names = files.ToDictionary(
            file => file.Path, file => file.Tensors.Select(tensor => tensor.Name).ToHashSet(StringComparer.Ordinal));
        foreach (var (tensor, file) in Shards(Path, Index!))
            if (!names[file].Contains(tensor))
                throw AutoFlipException.BadFile(
                    file, $"it lacks the tensor '{ForeignText.Quote(tensor)}' that {IndexName} places in it");
    }

    /// <summary>The file of each tensor in an index.</summary>
    static Dictionary<string, string> Shards(string folder, string index)
    {
        var shards = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (tensor, name) in Names(index))
        {
            var file = System.IO.Path.Combine(folder, name);
            if (name is "" or "." or ".." || name.AsSpan().IndexOfAny('/', '\\') >= 0)
                throw AutoFlipException.BadFile(index, $"it names '{ForeignText.Quote(name)}', and only files beside it are read");
            if (!File.Exists(file)) throw AutoFlipException.BadFile(index, $"it names '{ForeignText.Quote(name)}', which does not exist");
            shards.Add(tensor, file);
        }
        return shards.Count > 0 ? shards : throw AutoFlipException.BadFile(index, "it names no tensors");
    }

    static List<(string Tensor, string File)> Names(string index)
    {
        try
        {
            using var content = SafetensorsFile.OpenStream(index);
            if (content.Length > LargestIndex) throw AutoFlipException.BadFile(index, "it is too large");
            using var json = JsonDocument.Parse(content, new() { AllowDuplicateProperties = false });
            return [.. json.RootElement.GetProperty("weight_map").EnumerateObject().Select(entry =>
                (entry.Name, entry.Value.ValueKind == JsonValueKind.String ? entry.Value.GetString()! : ""))];
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException or IOException)
        {
            throw AutoFlipException.BadFile(index, "it is no JSON object with a 'weight_map' of tensors and files", e);
        }
    }

    static string Sha256Of(string path)
    {
        using var file = SafetensorsFile.OpenStream(path);
        try
        {
            return Convert.ToHexStringLower(SHA256.HashData(file));
        }
        catch (IOException e)
        {
            throw AutoFlipException.BadData($"'{path}' could not be read: {e.Message}", e);
        }
    }

    static bool IsPickle(string path) => System.IO.Path.GetFileName(path) is var name
        && (name.EndsWith(".bin", StringComparison.Ordinal) || name.EndsWith(".pt", StringComparison.Ordinal)
            || name.EndsWith(".pth", StringComparison.Ordinal) || name.EndsWith(".ckpt", StringComparison.Ordinal));

    static AutoFlipException Pickled(string path) => AutoFlipException.BadData(
        $"'{path}' holds weights as Python pickles, which are programs and are not read. Convert them in Python: {Conversion}");
}
