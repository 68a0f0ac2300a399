namespace AutoFlip;

/// <summary>A model in training as code of the host sees it: algorithms, pruners and messages know arrays of numbers, wherever the module
/// computes.</summary>
/// <remarks>One per module, with one owner.</remarks>
abstract class TrainedModel : IDisposable
{
    /// <summary>The model of a module, by the device that computes it.</summary>
    /// <param name="module">The module.</param>
    /// <param name="optimizer">Trains it.</param>
    /// <param name="device">The module's device.</param>
    public static TrainedModel Of(NetworkModule<float> module, Optimizer optimizer, ComputeDevice device) =>
        device.IsHost ? new HostModel(module, optimizer) : new DeviceModel(module, optimizer, device);

    /// <summary>Parameters, then statistics, as they are now; valid until the model changes.</summary>
    public abstract ReadOnlySpan<float> Values { get; }

    /// <summary>Replaces the first values: all of them, or the parameters.</summary>
    public abstract void Set(ReadOnlySpan<float> values);

    /// <summary>Copies the gradients.</summary>
    /// <param name="gradients">[parameters].</param>
    public abstract void CopyGradients(Span<float> gradients);

    /// <summary>Replaces the gradients.</summary>
    /// <param name="gradients">[parameters].</param>
    public abstract void SetGradients(ReadOnlySpan<float> gradients);

    /// <summary>Lets a hook change the gradients.</summary>
    /// <param name="hook">The hook.</param>
    /// <param name="there">Its form for devices; null if it has none.</param>
    public abstract void Adjust(GradientHook hook, DeviceHook? there = null);

    /// <summary>Lets a hook change the parameters.</summary>
    /// <param name="hook">The hook.</param>
    /// <param name="there">Its form for devices; null if it has none.</param>
    public abstract void AdjustParameters(StepHook hook, DeviceHook? there = null);

    /// <summary>Lets a hook change all values.</summary>
    public abstract void AdjustValues(StepHook hook);

    /// <summary>Lets a hook change all values and the gradients.</summary>
    public abstract void AdjustAll(ValueHook hook);

    /// <summary>Lets a probe observe the step under way, and adjust its gradients.</summary>
    public abstract void Observe(TrainingProbe probe);

    /// <summary>One step of the optimiser: see <see cref="Stepper{T}.Step"/>.</summary>
    /// <param name="learningRate">Of this step.</param>
    /// <param name="kept">The parameters that the mask keeps.</param>
    /// <param name="scales">Factors on the learning rate.</param>
    public abstract void Step(double learningRate, Selection kept, ReadOnlySpan<StepScale> scales);

    /// <summary>Tells that a pass has moved statistics.</summary>
    public virtual void Passed() { }

    /// <summary>Begins another training.</summary>
    public virtual void Begin() { }

    /// <summary>The optimiser back at its start.</summary>
    public abstract void ResetOptimizer();

    /// <inheritdoc/>
    public virtual void Dispose() { }
}

/// <summary>On the host all of this is memory of the module itself.</summary>
sealed class HostModel(NetworkModule<float> module, Optimizer optimizer) : TrainedModel
{
    readonly Stepper<float> _stepper = optimizer.Start<float>(module.Network.Layout.ParameterCount);

    public override ReadOnlySpan<float> Values => module.Values;

    public override void Set(ReadOnlySpan<float> values) => values.CopyTo(module.Values);

    public override void CopyGradients(Span<float> gradients) => module.Gradients.CopyTo(gradients);

    public override void SetGradients(ReadOnlySpan<float> gradients) => gradients.CopyTo(module.Gradients);

    public override void Adjust(GradientHook hook, DeviceHook? there) => hook(module.Parameters, module.Gradients);

    public override void AdjustParameters(StepHook hook, DeviceHook? there) => hook(module.Parameters);

    public override void AdjustValues(StepHook hook) => hook(module.Values);

    public override void AdjustAll(ValueHook hook) => hook(module.Values, module.Gradients);

    public override void Observe(TrainingProbe probe)
    {
        probe.Observe(module.Parameters, module.Gradients);
        probe.Adjust(module.Parameters, module.Gradients);
    }

    public override void Step(double learningRate, Selection kept, ReadOnlySpan<StepScale> scales) =>
        _stepper.Step(module.Parameters, module.Gradients, learningRate, kept.IsAll ? default : kept.Bits, scales);

    public override void ResetOptimizer() => _stepper.Reset();
}

/// <summary>Changes values and gradients.</summary>
/// <param name="values">[values].</param>
/// <param name="gradients">[parameters].</param>
delegate void ValueHook(Span<float> values, Span<float> gradients);
