using System.Globalization;

namespace AutoFlip;

/// <summary>GPUs that a run asks for.</summary>
static class GpuDevices
{
    /// <summary>Makes sure that the driver, a libtorch with CUDA and the GPUs are here.</summary>
    /// <param name="asked">GPUs.</param>
    /// <returns>Their model.</returns>
    /// <exception cref="AutoFlipException">One is not (exit 2): the message says what to do.</exception>
    public static string Require(IReadOnlyList<ComputeDevice> asked)
    {
        var count = LibTorch.RequireCuda();
        var models = CudaDriver.Models() is { } all && all.Count == count ? all : [.. Enumerable.Repeat("unknown GPU", count)];
        return Refusal(asked, models) is { } refusal ? throw AutoFlipException.BadRequest(refusal) : models[asked[0].Index];
    }

    /// <summary>A refusal of GPUs that are not here or differ; null if nothing is against them.</summary>
    /// <param name="asked">GPUs.</param>
    /// <param name="models">Models of the GPUs that are here, at least one.</param>
    public static string? Refusal(IReadOnlyList<ComputeDevice> asked, IReadOnlyList<string> models)
    {
        if (asked.FirstOrDefault(gpu => gpu.Index >= models.Count) is { } absent)
            return $"RunOptions.Device {absent.Name}: this machine has "
                + (models.Count == 1 ? "one GPU, cuda:0."
                    : string.Create(CultureInfo.InvariantCulture, $"{models.Count} GPUs, cuda:0 to cuda:{models.Count - 1}."));
        var (first, model) = (asked[0].Index, models[asked[0].Index]);
        return asked.FirstOrDefault(gpu => models[gpu.Index] != model) is { } other
            ? string.Create(CultureInfo.InvariantCulture,
                $"RunOptions.DeviceIds: GPU {first} is a {model} and GPU {other.Index} a {models[other.Index]}, ")
                + "which round differently, so that results would depend on chance. Accepted: GPUs of one model."
            : null;
    }
}
