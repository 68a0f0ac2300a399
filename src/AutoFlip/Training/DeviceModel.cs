using static TorchSharp.torch;

namespace AutoFlip;

/// <summary>A model in training on a device whose memory the host cannot read.</summary>
/// <remarks>A step without hooks stays on the device, and so do hooks and probes that have a form for it (<see cref="DeviceHook"/>,
/// <see cref="TrainingProbe.Watch"/>). Others work on copies that come from the device and go back: two copies of the parameters from it
/// and one to it in each step, each of which waits.</remarks>
sealed class DeviceModel(NetworkModule<float> module, Optimizer optimizer, ComputeDevice device) : TrainedModel
{
    readonly TensorStepper _stepper = optimizer.Start(module.Network.Layout.ParameterCount, device.Torch);
    readonly float[] _values = new float[module.Network.Layout.Count];
    readonly Lazy<(float[] Parameters, float[] Gradients)> _hook = new(() => ( // of a hook, which may compute gradients elsewhere
        new float[module.Network.Layout.ParameterCount], new float[module.Network.Layout.ParameterCount]));
    readonly DeviceVectors _vectors = new(device);
    readonly Lazy<float[]> _gradients = new(() => new float[module.Network.Layout.ParameterCount]);
    bool _isCopied; // _values is what the module has
    (Selection Kept, Tensor Removed)? _mask;

    int Parameters => module.Network.Layout.ParameterCount;

    public override ReadOnlySpan<float> Values
    {
        get
        {
            if (!_isCopied) module.Download(_values);
            _isCopied = true;
            return _values;
        }
    }

    public override void Set(ReadOnlySpan<float> values)
    {
        module.Upload(values);
        _isCopied = false;
    }

    public override void CopyGradients(Span<float> gradients) => HostCopy.Read(module.FlatGradients, gradients);

    public override void SetGradients(ReadOnlySpan<float> gradients) => HostCopy.Write(gradients, module.FlatGradients);

    public override void Adjust(GradientHook hook, DeviceHook? there)
    {
        if (IsDone(there)) return;
        var (parameters, gradients) = _hook.Value;
        Values[..Parameters].CopyTo(parameters);
        CopyGradients(gradients);
        hook(parameters, gradients);
        SetGradients(gradients);
    }

    public override void AdjustParameters(StepHook hook, DeviceHook? there)
    {
        if (IsDone(there))
        {
            _isCopied = false;
            return;
        }
        _ = Values;
        hook(_values.AsSpan(0, Parameters));
        module.Upload(_values.AsSpan(0, Parameters));
    }

    public override void AdjustValues(StepHook hook)
    {
        _ = Values;
        hook(_values);
        module.Upload(_values);
    }

    public override void AdjustAll(ValueHook hook)
    {
        var gradients = _gradients.Value;
        CopyGradients(gradients);
        AdjustValues(values => hook(values, gradients));
        SetGradients(gradients);
    }

    public override void Observe(TrainingProbe probe) => Adjust(
        (w, g) =>
        {
            probe.Observe(w, g);
            probe.Adjust(w, g);
        },
        (w, g, _) => probe.Watch(w, g));

    public override void Step(double learningRate, Selection kept, ReadOnlySpan<StepScale> scales)
    {
        _stepper.Step(module.FlatParameters, module.FlatGradients, learningRate, kept.IsAll ? null : RemovedBy(kept), scales);
        _isCopied = false;
    }

    public override void Passed() => _isCopied = false;

    public override void Begin() => _vectors.Clear();

    public override void ResetOptimizer() => _stepper.Reset();

    public override void Dispose()
    {
        _stepper.Dispose();
        _vectors.Dispose();
        _mask?.Removed.Dispose();
    }

    /// <summary>True if a hook has a form for devices, which is carried out.</summary>
    bool IsDone(DeviceHook? hook)
    {
        if (hook is null) return false;
        using var still = no_grad();
        using var scope = NewDisposeScope();
        return hook(module.FlatParameters, module.FlatGradients, _vectors);
    }

    /// <summary>The parameters that a mask removes, on the device: sent once per mask.</summary>
    Tensor RemovedBy(Selection kept)
    {
        if (_mask is { } known && ReferenceEquals(known.Kept, kept)) return known.Removed;
        _mask?.Removed.Dispose();
        var removed = new bool[kept.Count];
        for (var i = 0; i < removed.Length; i++) removed[i] = !kept[i];
        using var host = tensor(removed);
        var sent = device.Send(host).DetachFromDisposeScope();
        _mask = (kept, sent);
        return sent;
    }
}
