namespace AutoFlip.Cli;

/// <summary>Model argument of a command: a run directory or an exported file.</summary>
static class ModelSource
{
    /// <summary>Accepted model arguments, in words.</summary>
    public const string Accepted = "a run directory, a .safetensors file or an .onnx file";

    /// <summary>Reads a model that our own network computes: of a run, what is left of its final one.</summary>
    /// <exception cref="AutoFlipException">There is none (exit 2 or 3).</exception>
    public static SavedModel Load(string path, Request request, Host host) => Directory.Exists(path)
        ? RunModel.Load(path, small: true, request.Options.DataPath, new QuietDisplay(host), host.Cancel)
        : SavedModel.Load(path);

    /// <summary>Opens a model for computing.</summary>
    /// <exception cref="AutoFlipException">There is none (exit 2 or 3).</exception>
    public static IModelRunner Open(string path, Request request, Host host) =>
        IsOnnx(path) ? OnnxRunner.Load(path) : new NetworkRunner(Load(path, request, host));

    /// <summary>Tests by its name whether a file is an ONNX model, which ONNX Runtime computes.</summary>
    public static bool IsOnnx(string path) =>
        Path.GetExtension(path).Equals(".onnx", StringComparison.OrdinalIgnoreCase) && !Directory.Exists(path);
}
