using System.Numerics;
using System.Numerics.Tensors;
using System.Text.Json;
using TorchSharp;

namespace AutoFlip.Tests;

/// <summary>Runs a golden case in float or double and compares every number (Golden/README.md, "How to compare").</summary>
sealed class GoldenComparison<T>(string id, string fill, TrainingKernels kernels = TrainingKernels.Torch)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    static readonly bool IsDouble = typeof(T) == typeof(double);
    static readonly double Step = IsDouble ? 1e-6 : 1e-4;

    /// <summary>The case in which rounding flips rectifiers, so that the reference's runs in single precision differ by 1e-3 in
    /// the gradients of some kernels, and ours in others. All its single gradients are allowed what was measured; in doubles
    /// they are compared as usual.</summary>
    const string Flips = "WideResNet";

    readonly GoldenCase _case = GoldenCase.Load(id, fill);
    float[] _weights = [];
    JsonElement _want;
    JsonElement _deviation;

    public void Check()
    {
        var bits = IsDouble ? "float64" : "float32";
        _want = _case.Run.GetProperty(bits);
        _deviation = _case.Run.GetProperty("deviation").GetProperty(bits);
        _weights = _case.Weights();
        torch.set_num_threads(1); // of this thread: spinning helpers would slow down other tests
        using var scope = torch.NewDisposeScope();
        using var module = new NetworkModule<T>(_case.Network, kernels: kernels);

        Load(module);
        var forward = IsDouble ? 1e-9 : 1e-5;
        Outputs("outputs", _want, Tolerance(_deviation, "outputs", forward), Evaluate(module, out var loss));
        Loss("loss", _want.GetProperty("loss").GetDouble(), Tolerance(_deviation, "loss", forward), loss);

        Loss("train_loss", _want.GetProperty("train_loss").GetDouble(), Tolerance(_deviation, "train_loss", forward), Backward(module));
        Gradients(module);

        Steps(module, "adam", new Adam());
        var sgd = _case.Run.GetProperty("sgd");
        var momentum = new Sgd(sgd.GetProperty("momentum").GetDouble());
        Steps(module, "sgd", momentum with { WeightDecay = sgd.GetProperty("weight_decay").GetDouble() });
    }

    void Gradients(NetworkModule<T> module)
    {
        if (!_want.TryGetProperty("gradients", out var gradients)) return; // left out where float32 cannot be compared
        var want = gradients.EnumerateArray().Select(pair => pair.ValueKind == JsonValueKind.Null ? [0, 0] : GoldenCase.Doubles(pair))
            .ToList();
        var noisy = IsDouble ? [] : GoldenCase.Ints(_deviation.GetProperty("gradients").GetProperty("noisy"));
        var floor = 1e-6 * want.Max(pair => pair[1]);
        var tolerance = !IsDouble && id == Flips ? Tolerance(_deviation.GetProperty("gradients"), "max", Step) : Step;
        for (var t = 0; t < want.Count; t++)
        {
            if (noisy.Contains(t) || _case.IsUnused(t)) continue;
            var entry = Parameter(t);
            var (sum, l2, _) = Measure<T>(module.Gradients[entry.Range], []);
            Near($"gradient l2 of {entry}", want[t][1], l2, tolerance * (want[t][1] + floor));
            Near($"gradient sum of {entry}", want[t][0], sum, tolerance * (want[t][1] + floor) * Math.Sqrt(entry.Length));
        }
    }

    void Steps(NetworkModule<T> module, string name, Optimizer optimizer)
    {
        if (!_want.TryGetProperty(name, out var want)) return;
        Load(module);
        T[] start = [.. module.Values];
        var deviation = _deviation.GetProperty(name);
        var stepper = optimizer.Start<T>(module.Network.Layout.ParameterCount);
        var rate = _case.Run.GetProperty(name).GetProperty("lr").GetDouble();
        var losses = GoldenCase.Doubles(want.GetProperty("losses"));

        for (var k = 0; k < losses.Length; k++)
        {
            Loss($"{name} loss {k}", losses[k], After(deviation, "losses"), Backward(module));
            stepper.Step(module.Parameters, module.Gradients, rate);
        }

        Outputs("outputs_after", want, After(deviation, "outputs_after"), Evaluate(module, out var loss));
        Loss($"{name} loss_after", want.GetProperty("loss_after").GetDouble(), After(deviation, "loss_after"), loss);
        var noisy = IsDouble ? [] : GoldenCase.Ints(deviation.GetProperty("noisy"));
        var tensors = want.GetProperty("tensors").EnumerateArray().Select(GoldenCase.Doubles).ToList();
        var floor = 1e-3 * tensors.Max(numbers => numbers[2]);
        for (var t = 0; t < tensors.Count; t++)
        {
            if (noisy.Contains(t) || _case.IsUnused(t)) continue;
            var entry = Parameter(t);
            var change = Values($"{name} {entry}", module.Values[entry.Range], start.AsSpan(entry.Range), tensors[t], first: 3);
            if (IsDouble) Near($"{name} change of {entry}", tensors[t][2], change, 1e-4 * (tensors[t][2] + floor));
        }
        var noisyBuffers = IsDouble ? [] : GoldenCase.Ints(deviation.GetProperty("noisy_buffers"));
        var buffers = want.GetProperty("buffers").EnumerateArray().Select(GoldenCase.Doubles).ToList();
        for (var t = 0; t < buffers.Count; t++)
        {
            if (noisyBuffers.Contains(t) || _case.IsUnusedBuffer(t)) continue;
            var entry = module.Network.Layout[_case.Buffers[t][0].GetString()!];
            Values($"{name} {entry}", module.Values[entry.Range], start.AsSpan(entry.Range), buffers[t], first: 2);
        }
    }

    /// <summary>Compares sum, l2 and single values (from <paramref name="first"/> on); returns the l2 of the change.</summary>
    static double Values(string what, ReadOnlySpan<T> got, ReadOnlySpan<T> start, double[] want, int first)
    {
        var (sum, l2, change) = Measure(got, start);
        var root = Math.Sqrt(got.Length);
        Near($"{what}: l2", want[1], l2, Step * want[1]);
        Near($"{what}: sum", want[0], sum, Step * want[1] * root);
        for (var i = first; i < want.Length; i++)
            Near($"{what}: value", want[i], double.CreateTruncating(got[i - first]), Step * Math.Max(Math.Abs(want[i]), want[1] / root));
        return change;
    }

    void Load(NetworkModule<T> module)
    {
        TensorPrimitives.ConvertTruncating<float, T>(_weights, module.Values);
        module.ZeroGradients();
    }

    torch.Tensor Input()
    {
        var shape = _case.Network.Input;
        var input = torch.tensor(_case.Input, [_case.InputShape[0], shape.Channels, shape.Height, shape.Width]);
        return IsDouble ? input.to_type(torch.ScalarType.Float64) : input;
    }

    /// <summary>[samples, outputs], or [samples * steps, outputs].</summary>
    torch.Tensor Forward(NetworkModule<T> module, bool training)
    {
        var outputs = module.Forward(Input(), training);
        return outputs.dim() == 3 ? outputs.flatten(0, 1) : outputs;
    }

    double[] Evaluate(NetworkModule<T> module, out double loss)
    {
        using var scope = torch.NewDisposeScope();
        var outputs = Forward(module, training: false);
        loss = Value(Catalog.Criteria["CrossEntropyLoss"].Loss(outputs, torch.tensor(_case.Labels)));
        return [.. outputs.to_type(torch.ScalarType.Float64).data<double>()];
    }

    double Backward(NetworkModule<T> module)
    {
        using var scope = torch.NewDisposeScope();
        var loss = Catalog.Criteria["CrossEntropyLoss"].Loss(Forward(module, training: true), torch.tensor(_case.Labels));
        loss.backward();
        return Value(loss);
    }

    TensorEntry Parameter(int t) => _case.Network.Layout[_case.Tensors[t][0].GetString()!];

    static double After(JsonElement deviation, string field) => IsDouble ? Step : Tolerance(deviation, field, Step);

    static double Tolerance(JsonElement deviation, string field, double least) =>
        deviation.TryGetProperty(field, out var measured) && measured.ValueKind == JsonValueKind.Number
            ? Math.Max(least, 10 * measured.GetDouble())
            : least;

    static double Value(torch.Tensor loss) => loss.to_type(torch.ScalarType.Float64).item<double>();

    static (double Sum, double L2, double Change) Measure<TValue>(ReadOnlySpan<TValue> values, ReadOnlySpan<TValue> start)
        where TValue : INumberBase<TValue>
    {
        double sum = 0, squares = 0, change = 0;
        for (var i = 0; i < values.Length; i++)
        {
            var value = double.CreateTruncating(values[i]);
            sum += value;
            squares += value * value;
            var moved = start.IsEmpty ? 0 : value - double.CreateTruncating(start[i]);
            change += moved * moved;
        }
        return (sum, Math.Sqrt(squares), Math.Sqrt(change));
    }

    static void Loss(string what, double want, double tolerance, double got) =>
        Near(what, want, got, tolerance * (Math.Abs(want) + 0.1));

    static void Outputs(string name, JsonElement want, double tolerance, double[] got)
    {
        var values = GoldenCase.Doubles(want.GetProperty(name));
        var scale = values.Max(Math.Abs);
        Assert.Equal(values.Length, got.Length);
        for (var i = 0; i < values.Length; i++) Near($"{name} {i}", values[i], got[i], tolerance * scale);
    }

    static void Near(string what, double want, double got, double allowed) =>
        Assert.True(Math.Abs(got - want) <= allowed, $"{what}: want {want:r}, got {got:r}, allowed difference {allowed:g3}");
}
