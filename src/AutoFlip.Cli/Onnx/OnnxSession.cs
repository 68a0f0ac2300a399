using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace AutoFlip.Cli;

/// <summary>An ONNX file in ONNX Runtime: the only way to it, because of what it would do otherwise.</summary>
/// <remarks>
/// The runtime reports to its maker, over the network, unless an environment variable says no before the library is first used
/// (docs/decisions/0024). Whoever comes here first sets it, for the whole process.
/// </remarks>
sealed class OnnxSession : IDisposable
{
    const string NoReports = "ORT_DISABLE_TELEMETRY";

    static OnnxSession()
    {
        NativeEnvironment.Set(NoReports, "1");
        OrtEnv.Instance().DisableTelemetryEvents();
    }

    /// <summary>Loads a model.</summary>
    /// <param name="model">The file's bytes.</param>
    /// <param name="optimises">Whether the graph is optimised; off, operators run as they stand in the file.</param>
    public OnnxSession(byte[] model, bool optimises = true)
    {
        using var options = new SessionOptions
        {
            IntraOpNumThreads = 1,
            InterOpNumThreads = 1,
            GraphOptimizationLevel = optimises ? GraphOptimizationLevel.ORT_ENABLE_ALL : GraphOptimizationLevel.ORT_DISABLE_ALL,
        };
        Session = new InferenceSession(model, options);
    }

    /// <summary>Names, types and sizes of what goes in and comes out, and the file's remarks.</summary>
    public InferenceSession Session { get; }

    /// <summary>Computes the outputs of a batch.</summary>
    /// <param name="network">The network that the file holds.</param>
    /// <param name="samples">As <see cref="NetworkModule{T}.Forward"/> takes them; token ids as whole numbers.</param>
    /// <param name="count">How many samples these are.</param>
    /// <returns>The outputs, row by row.</returns>
    public float[] Run(Network network, float[] samples, int count)
    {
        var (channels, height, width) = network.Input;
        return network.Vocabulary is null
            ? Run(samples, count, channels, height, width)
            : Run(Array.ConvertAll(samples, token => (long)token), count, network.Input.Length);
    }

    /// <summary>Computes the outputs of a batch.</summary>
    /// <param name="samples">float, or long for token ids.</param>
    /// <param name="shape">[N, C, H, W], or [N, T] for token ids.</param>
    /// <returns>The outputs, row by row.</returns>
    public float[] Run<T>(T[] samples, params ReadOnlySpan<int> shape)
    {
        using var outputs = Session.Run([NamedOnnxValue.CreateFromTensor(OnnxModel.InputName, new DenseTensor<T>(samples, shape))]);
        return [.. outputs[0].AsTensor<float>()];
    }

    /// <inheritdoc/>
    public void Dispose() => Session.Dispose();
}
