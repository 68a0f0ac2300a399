using System.Collections.Immutable;

namespace AutoFlip;

/// <summary>Declarations of a layer while it is added to a graph.</summary>
/// <param name="graph">Where it is placed.</param>
/// <param name="name">Its node's name.</param>
/// <param name="layer">The layer.</param>
/// <param name="inputs">What it reads.</param>
/// <param name="readsSample">Whether that is the sample itself.</param>
sealed class LayerDraft(GraphDraft graph, string name, Layer layer, ImmutableArray<Features> inputs, bool readsSample)
{
    public bool ReadsSample { get; } = readsSample;

    public ImmutableArray<Features> Inputs { get; } = inputs;

    public Features Input => Inputs[0];

    /// <summary>Multiply-accumulates per sample.</summary>
    public long Macs { get; set; }

    public List<string> Tensors { get; } = [];

    /// <summary>The input as [C, H, W].</summary>
    public (int Channels, int Height, int Width) Image()
    {
        if (Input.Shape is not [var channels, var height, var width]) throw Error("it needs an image, channels x height x width");
        return (channels, height, width);
    }

    /// <summary>The input as [F].</summary>
    public int Vector() => Input.Shape is [var length] ? length : throw Error("it needs a vector; put a Flatten before it");

    /// <summary>F of the input as [F], or as [T, F] of which every step is treated alike.</summary>
    public int VectorOrStep() => Input.Shape.Length <= 2 ? Input.Channels : throw Error("it needs a vector; put a Flatten before it");

    /// <summary>The input as [T, F].</summary>
    public (int Steps, int Features) Sequence() => Input.Shape is [var steps, var features]
        ? (steps, features)
        : throw Error("it needs a sequence, steps x features; put an Embedding or a RowSequence before it");

    /// <summary>Units that start with this layer, as a group of their own.</summary>
    public ImmutableArray<UnitSpan> NewUnits(int width)
    {
        if (width < 1) throw Error($"it would have {width} units, and needs at least 1", "Choose a larger Experiment.HiddenSize.");
        return [new UnitSpan(graph.NewGroup(name, width), width, 1)];
    }

    /// <summary>New units that occur several times, at equal distances: <paramref name="repeats"/> spans of one group.</summary>
    public ImmutableArray<UnitSpan> NewUnits(int width, int repeats)
    {
        if (width % repeats != 0) throw Error($"{width} units are not {repeats} equal parts");
        return [.. Enumerable.Repeat(NewUnits(width / repeats)[0], repeats)];
    }

    /// <summary>Merges the groups of two sides.</summary>
    public void Merge(ImmutableArray<UnitSpan> left, ImmutableArray<UnitSpan> right)
    {
        if (left.Length != right.Length) throw Error("its sides are concatenated differently");
        foreach (var (a, b) in left.Zip(right))
        {
            if (a.Length != b.Length) throw Error("its sides have different channels");
            graph.Merge(a, b);
        }
    }

    /// <summary>Makes every <paramref name="size"/> consecutive channels go together, and returns the spans
    /// of the units that result.</summary>
    public ImmutableArray<UnitSpan> Tie(ImmutableArray<UnitSpan> units, int size)
    {
        if (units.Any(span => span.Length % size != 0)) throw Error($"its groups of {size} channels reach across a concatenation");
        return [.. units.Select(span => graph.Tie(span, size))];
    }

    /// <summary>Declares a tensor and which units its axes belong to: those of the first axis named are
    /// made here, the others read.</summary>
    public void Tensor(
        string suffix, TensorRole role, ImmutableArray<int> shape, params ReadOnlySpan<(int Axis, ImmutableArray<UnitSpan> Units)> axes)
    {
        var tensor = layer.TensorName(name, suffix);
        Tensors.Add(tensor);
        graph.AddTensor(tensor, shape, role);
        foreach (var (axis, units) in axes)
        {
            var start = 0;
            foreach (var span in units)
            {
                graph.AddMembership(span, tensor, axis, start, makes: axis == axes[0].Axis);
                start += span.Length;
            }
        }
    }

    /// <summary>Size of a sliding window's output on one axis: floor((size + 2 padding - kernel) / stride) + 1; with
    /// <paramref name="ceiling"/> the quotient is rounded up, unless the last window would begin behind the pixels.</summary>
    public int Slide(int size, int kernel, int stride, int padding, bool ceiling = false)
    {
        var room = size + 2 * padding - kernel + (ceiling ? stride - 1 : 0);
        if (room < 0) throw Error($"its window of {kernel} is larger than {size} pixels and {2 * padding} of padding");
        var last = room / stride;
        return ceiling && last * stride >= size + padding ? last : last + 1;
    }

    public AutoFlipException Error(string why, string advice = "Choose another Experiment.Model, or larger images by Experiment.Resize.") =>
        AutoFlipException.BadRequest(
            $"Experiment.Model {graph.Name}: layer {name} ({layer.GetType().Name}) cannot work on {string.Join(" and ", Inputs)}: "
            + $"{why}. {advice}");
}
