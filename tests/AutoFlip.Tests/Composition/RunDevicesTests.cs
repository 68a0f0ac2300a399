using System.Text.Json;

namespace AutoFlip.Tests;

/// <summary>Devices of a run: which are meant, and every refusal.</summary>
public sealed class RunDevicesTests : IDisposable
{
    static readonly Experiment Digits = ExperimentRules.Resolve(new Experiment
    {
        Name = "devices",
        Dataset = "Digits",
        Resize = 0,
        Model = "TwoNN",
        HiddenSize = 8,
        Clients = 4,
        Partition = "iid",
        Rounds = 3,
        CohortFraction = 1,
        BatchSize = 50,
        LocalEpochs = 1,
        Pruner = "autoflip",
        ExplorationEpochs = 1,
        Kernels = TrainingKernels.Torch,
    });

    readonly TemporaryDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Ids_are_GPUs_with_a_worker_each()
    {
        Assert.Equal(["cpu"], Names(new()));
        Assert.Equal(["cpu"], Names(new() { DeviceIds = [0, 1] }));
        Assert.Equal(["cuda:0"], Names(new() { Device = "cuda" }));
        Assert.Equal(["cuda:3"], Names(new() { Device = "cuda:3" }));
        Assert.Equal(["cuda:1", "cuda:0", "cuda:1"], Names(new() { Device = "cuda", DeviceIds = [1, 0, 1] }));

        var devices = new RunDevices(RunDevices.Named(new() { Device = "cuda", DeviceIds = [1, 0] }), 2, "Model");
        Assert.Equal(["cuda:1", "cuda:0", "cuda:1"], Enumerable.Range(0, 3).Select(worker => devices.Of(worker).Name));
        Assert.Equal(("cuda:1,cuda:0", "Model"), (devices.Name, devices.Kind));

        static IEnumerable<string> Names(RunOptions options) => RunDevices.Named(options).Select(device => device.Name);
    }

    [Theory]
    [InlineData("tpu", "RunOptions.Device: 'tpu' is not accepted. Accepted: cpu, cuda (the first GPU) or cuda:N (GPU N, from 0).")]
    [InlineData("cuda", "RunOptions.DeviceIds: '-2' is not accepted. Accepted: numbers of GPUs, from 0.", 0, -2)]
    [InlineData(
        "cuda:1",
        "RunOptions.Device cuda:1 and RunOptions.DeviceIds contradict each other. Give one of them, or cuda with the second.", 1)]
    public void Options_that_name_no_device_are_refused(string device, string refusal, params int[] ids)
    {
        var options = new RunOptions { Device = device, DeviceIds = [.. ids] };

        Assert.Equal(refusal, Assert.Throws<AutoFlipException>(() => ExperimentRules.Check(options)).Message);
        Assert.Equal(refusal, Assert.Throws<AutoFlipException>(() => RunDevices.Named(options)).Message);
    }

    [Fact]
    public void An_experiment_that_does_not_fit_its_device_is_refused()
    {
        var (own, narrow) = (new Experiment { Kernels = TrainingKernels.Own }, new Experiment { Precision = TrainingPrecision.Tf32 });

        Assert.Equal(
            "Experiment.Kernels own: these kernels are for the processor, and RunOptions.Device is cuda:0. Accepted: auto or torch.",
            RunDevices.Misfit(own, ComputeDevice.Cuda(0)));
        Assert.Equal(
            "Experiment.Precision tf32: only GPUs compute in it, and RunOptions.Device is cpu. Accepted: fp32 or bf16.",
            RunDevices.Misfit(narrow, ComputeDevice.Cpu));
        Assert.Null(RunDevices.Misfit(own, ComputeDevice.Cpu));
        Assert.Null(RunDevices.Misfit(narrow, ComputeDevice.Cuda(0)));
    }

    [Fact]
    public void A_GPU_that_is_not_here_is_refused()
    {
        ComputeDevice[] Gpus(params int[] ids) => [.. ids.Select(ComputeDevice.Cuda)];

        Assert.Equal(
            "RunOptions.Device cuda:2: this machine has 2 GPUs, cuda:0 to cuda:1.", GpuDevices.Refusal(Gpus(0, 2), ["A", "A"]));
        Assert.Equal("RunOptions.Device cuda:1: this machine has one GPU, cuda:0.", GpuDevices.Refusal(Gpus(1), ["A"]));
        Assert.Equal(
            "RunOptions.DeviceIds: GPU 0 is a A100 and GPU 2 a H100, which round differently, so that results would depend on chance. "
            + "Accepted: GPUs of one model.",
            GpuDevices.Refusal(Gpus(0, 2), ["A100", "A100", "H100"]));
        Assert.Null(GpuDevices.Refusal(Gpus(0, 1, 0), ["A100", "A100", "H100"]));
    }

    /// <summary>Here is none, unless a developer's machine has one.</summary>
    [Fact]
    public void A_run_on_a_GPU_where_there_is_none_is_refused_before_anything_is_written()
    {
        Assert.SkipUnless(CudaDriver.Models() is null or [], "This machine has a GPU.");

        var error = Assert.Throws<AutoFlipException>(() => Simulation.Run(Digits, Options() with { Device = "cuda" }));

        Assert.Equal(ExitCode.BadRequest, error.Code);
        Assert.Contains("CUDA", error.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder["runs"]));
    }

    [Fact]
    public void A_run_on_the_path_for_devices_has_the_processors_model_and_says_where_it_ran()
    {
        var (own, generic) = (Simulation.Run(Digits, Options()), Simulation.Run(Digits, Options() with { Device = "cpu-generic" }));

        Assert.Equal(own.ModelSha256, generic.ModelSha256);
        Assert.Equal(("cpu", "cpu-generic"), (own.Device, generic.Device));
        Assert.Equal((null, null), (own.Gpu, generic.Gpu));
        Assert.StartsWith("2.10.", own.Libtorch, StringComparison.Ordinal);
        using var summary = JsonDocument.Parse(File.ReadAllText(Path.Combine(generic.Directory, "summary.json")));
        Assert.Equal("cpu-generic", summary.RootElement.GetProperty("device").GetString());
    }

    /// <summary>Without an option the run's own device is taken; another kind is refused, unless that is asked for.</summary>
    [Fact]
    public void A_run_goes_on_on_the_kind_of_device_that_it_began_on()
    {
        var whole = Simulation.Run(Digits, Options());
        using var stop = new CancellationTokenSource();
        Assert.ThrowsAny<OperationCanceledException>(() => Simulation.Run(
            Digits, Options() with { Device = "cpu-generic", ResultPath = _folder["stopped"] }, new StopAfterFirst(stop), time: null,
            stop.Token));
        var run = Assert.Single(Directory.GetDirectories(_folder["stopped"]));

        var refused = Assert.Throws<AutoFlipException>(() => Simulation.Resume(run, Options() with { Device = "cpu" }));
        var resumed = Simulation.Resume(run, Options());

        Assert.Equal(
            "The run began on cpu-generic, and this is cpu, which rounds differently: the result would be that of neither. Resume it on "
            + "cpu-generic, or accept that with RunOptions.ChangeDevice.",
            refused.Message);
        Assert.Equal((whole.ModelSha256, "cpu-generic"), (resumed.ModelSha256, resumed.Device));
        var changed = Simulation.Resume(run, Options() with { Device = "cpu", ChangeDevice = true });
        Assert.Equal((whole.ModelSha256, "cpu"), (changed.ModelSha256, changed.Device));
    }

    RunOptions Options() => new() { ResultPath = _folder["runs"], Offline = true, Workers = 2 };

    sealed class StopAfterFirst(CancellationTokenSource stop) : RunObserver
    {
        public override void RoundDone(RoundReport report) => stop.Cancel();
    }
}
