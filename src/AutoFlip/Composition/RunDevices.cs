using System.Collections.Immutable;
using TorchSharp;

namespace AutoFlip;

/// <summary>The devices of a run's workers.</summary>
/// <param name="Each">One per worker; on the CPU one for all.</param>
/// <param name="Workers">Clients that train side by side: on GPUs one per entry of <see cref="RunOptions.DeviceIds"/>.</param>
/// <param name="Gpu">Model of the GPUs; null on the CPU.</param>
sealed record RunDevices(ImmutableArray<ComputeDevice> Each, int Workers, string? Gpu)
{
    const string CuBlasWorkspace = "CUBLAS_WORKSPACE_CONFIG";

    /// <summary>Names of the devices.</summary>
    public string Name => string.Join(',', Each.Select(device => device.Name).Distinct());

    /// <summary>The kind of device: runs on devices of one kind have equal results.</summary>
    public string Kind => Gpu ?? Name;

    /// <summary>The device of a worker.</summary>
    /// <param name="worker">Its number, from 0.</param>
    public ComputeDevice Of(int worker) => Each[worker % Each.Length];

    /// <summary>The devices that options name, unopened.</summary>
    /// <exception cref="AutoFlipException">They name none (exit 2).</exception>
    public static ImmutableArray<ComputeDevice> Named(RunOptions options)
    {
        if (Misfit(options) is { } refusal) throw AutoFlipException.BadRequest(refusal);
        var device = ComputeDevice.TryParse(options.Device ?? ComputeDevice.Cpu.Name)!;
        return device.IsGpu && options.DeviceIds is { Length: > 0 } ids ? [.. ids.Select(ComputeDevice.Cuda)] : [device];
    }

    /// <summary>A refusal of options that name no devices; null if they do.</summary>
    public static string? Misfit(RunOptions options)
    {
        if (options.Device is { } text && ComputeDevice.TryParse(text) is null)
            return ApiNames.Refusal("RunOptions.Device", text, ComputeDevice.Accepted);
        if (options.DeviceIds.FirstOrDefault(id => id < 0, 0) is < 0 and var below)
            return ApiNames.Refusal("RunOptions.DeviceIds", ExperimentOption.Text(below), "numbers of GPUs, from 0");
        return options is { Device: not null, DeviceIds.Length: > 0 } && options.Device.Contains(':', StringComparison.Ordinal)
            ? $"RunOptions.Device {options.Device} and RunOptions.DeviceIds contradict each other. "
                + "Give one of them, or cuda with the second."
            : null;
    }

    /// <summary>A refusal of an experiment that a device cannot train; null if it can.</summary>
    public static string? Misfit(Experiment experiment, ComputeDevice device) =>
        !device.IsHost && experiment.Kernels == TrainingKernels.Own
            ? $"Experiment.Kernels own: these kernels are for the processor, and RunOptions.Device is {device.Name}. "
                + "Accepted: auto or torch."
        : !device.IsGpu && experiment.Precision == TrainingPrecision.Tf32
            ? $"Experiment.Precision tf32: only GPUs compute in it, and RunOptions.Device is {device.Name}. Accepted: fp32 or bf16."
        : null;

    /// <summary>Makes the devices ready for an experiment: finds them, and fixes how they round.</summary>
    /// <exception cref="AutoFlipException">There is no such device here, or the experiment does not fit it (exit 2). Another one is never
    /// taken in its place.</exception>
    public static RunDevices Open(Experiment experiment, RunOptions options)
    {
        var each = Named(options);
        if (Misfit(experiment, each[0]) is { } refusal) throw AutoFlipException.BadRequest(refusal);
        if (!each[0].IsGpu) return new(each, options.Workers, null);
        var model = GpuDevices.Require(each);
        NativeEnvironment.Set(CuBlasWorkspace, ":4096:8"); // before cuBLAS makes its first handle: it reads it then
        if (!TorchContext.TrySetDeterministic(!options.Nondeterministic) && !options.Nondeterministic)
            throw AutoFlipException.BadRequest(
                $"RunOptions.Device {each[0].Name}: this libtorch does not export the switches of deterministic algorithms, so that two "
                + "runs could differ. RunOptions.Nondeterministic accepts that.");
        var narrow = experiment.Precision == TrainingPrecision.Tf32;
        (torch.backends.cuda.matmul.allow_tf32, torch.backends.cudnn.allow_tf32) = (narrow, narrow); // cuDNN's is on by default
        return new(each, each.Length, model);
    }
}
