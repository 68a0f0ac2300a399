using System.Numerics;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace AutoFlip;

/// <summary>The gradients of an image's outputs that are not 0, as lists: of each output channel, and of each place of the
/// convolution.</summary>
/// <remarks>Behind 2 x 2 pooling at most a quarter of the convolution's gradients are not 0, and a rectifier clears about half of these.
/// Only what is in the lists is multiplied: the same sums with the zeros left out.</remarks>
/// <param name="shape">Sizes of the convolution.</param>
sealed unsafe class GradientLists(ConvolutionShape shape) : IDisposable
{
    const int Block = VectorCode.Block;

    readonly int _channelPitch = shape.Cells + Block, _placePitch = shape.OutputChannels + Block; // a whole vector is written each time
    readonly NativeBuffer<float> _channelFactors = new(shape.OutputChannels * (shape.Cells + (long)Block));
    readonly NativeBuffer<int> _places = new(shape.OutputChannels * (shape.Cells + (long)Block));
    readonly NativeBuffer<int> _channelCounts = new(shape.OutputChannels);
    readonly NativeBuffer<float> _placeFactors = new(PlacesOf(shape) * (shape.OutputChannels + (long)Block));
    readonly NativeBuffer<int> _rows = new(PlacesOf(shape) * (shape.OutputChannels + (long)Block)), _placeCounts = new(PlacesOf(shape));
    readonly NativeBuffer<int> _placeOf =
        Filled(shape.Cells * shape.Slots, i => sizeof(float) * shape.PlaceOf(i / shape.Slots, i % shape.Slots));

    /// <summary>Of each channel: bytes of the input's places.</summary>
    public int* Places => _places.First;

    /// <summary>Of each channel: gradients.</summary>
    public float* ChannelFactors => _channelFactors.First;

    /// <summary>Entries of each channel.</summary>
    public int* ChannelCounts => _channelCounts.First;

    /// <summary>Bytes from a channel's list to the next.</summary>
    public nint ChannelPitch => _channelPitch * sizeof(float);

    /// <summary>Of each place: bytes of the channels' rows of weights.</summary>
    public int* Rows => _rows.First;

    /// <summary>Of each place: gradients.</summary>
    public float* PlaceFactors => _placeFactors.First;

    /// <summary>Entries of each place.</summary>
    public int* PlaceCounts => _placeCounts.First;

    /// <summary>Bytes from a place's list to the next.</summary>
    public nint PlacePitch => _placePitch * sizeof(float);

    /// <summary>Bytes of each place in the padded input.</summary>
    public int* PlaceOf => _placeOf.First;

    /// <summary>Number of places.</summary>
    public int PlaceCount => shape.Cells * shape.Slots;

    /// <summary>Writes the lists of an image.</summary>
    /// <param name="gradients">[OutputHeight, OutputWidth, OutputChannels].</param>
    /// <param name="outputs">The outputs: no gradient passes where they are 0. Read only if the shape does not pool.</param>
    /// <param name="pitch">Pixels from a row of either to the next.</param>
    /// <param name="winners">Each maximum's slot, if the shape pools.</param>
    /// <param name="bias">Sums of gradients, added to.</param>
    public void Write(float* gradients, float* outputs, int pitch, byte* winners, float* bias)
    {
        _channelCounts.Clear();
        _placeCounts.Clear();
        for (var channel = 0; channel < shape.OutputChannels; channel += Block)
            Write(channel, gradients, outputs, pitch, winners, bias + channel);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var buffer in new[] { _places, _channelCounts, _rows, _placeCounts, _placeOf }) buffer.Dispose();
        _channelFactors.Dispose();
        _placeFactors.Dispose();
    }

    /// <summary>The lists of a block of channels, 16 cells at a time: lists by place as the cells come, lists by channel after
    /// transposing.</summary>
    void Write(int channel, float* gradients, float* outputs, int pitch, byte* winners, float* bias)
    {
        float* values = stackalloc float[Block * Block], turned = stackalloc float[Block * Block];
        int* places = stackalloc int[Block * Block], turnedPlaces = stackalloc int[Block * Block];
        var sum = Vector512.Load(bias);
        for (int first = 0, y = 0, x = 0; first < shape.Cells; first += Block)
        {
            var cells = Math.Min(Block, shape.Cells - first);
            for (var i = 0; i < cells; i++)
            {
                var at = ((long)y * pitch + x) * shape.OutputChannels + channel;
                var (cell, value) = (first + i, Vector512.Load(gradients + at));
                value = shape.Pools
                    ? Pooled(cell, value, winners + (long)cell * shape.OutputChannels + channel, channel, places + i * Block)
                    : Rectified(cell, value, outputs + at, channel, places + i * Block);
                sum += value;
                value.Store(values + i * Block);
                if (++x == shape.OutputWidth) (x, y) = (0, y + 1);
            }
            new Span<float>(values + cells * Block, (Block - cells) * Block).Clear();
            Transposition.Run(Block, Block, values, Block, turned, Block);
            Transposition.Run(Block, Block, (float*)places, Block, (float*)turnedPlaces, Block);
            for (var lane = 0; lane < Block; lane++)
                Add(
                    Vector512.Load(turned + lane * Block), Vector512.Load(turnedPlaces + lane * Block), channel + lane, _channelPitch,
                    _channelFactors.First, _places.First, _channelCounts.First);
        }
        sum.Store(bias);
    }

    /// <summary>The gradients that pass a rectifier.</summary>
    Vector512<float> Rectified(int cell, Vector512<float> value, float* outputs, int channel, int* places)
    {
        value &= ~Vector512.LessThanOrEqual(Vector512.Load(outputs), Vector512<float>.Zero); // NaN passes
        Vector512.Create(_placeOf.First[cell]).Store(places);
        if (!shape.IsFirst) AddToPlace(cell, value, channel);
        return value;
    }

    /// <summary>The gradients that pass pooling, and the places that they go to.</summary>
    Vector512<float> Pooled(int cell, Vector512<float> value, byte* winners, int channel, int* places)
    {
        var slots = Widened(winners);
        value &= ~Vector512.Equals(slots, Vector512.Create((int)RectifiedPooling.Nobody)).AsSingle();
        var place = _placeOf.First + cell * 4;
        var at = Vector512.Create(place[0]);
        for (var slot = 0; slot < 4; slot++)
        {
            var here = Vector512.Equals(slots, Vector512.Create(slot));
            at = Vector512.ConditionalSelect(here, Vector512.Create(place[slot]), at);
            if (!shape.IsFirst) AddToPlace(cell * 4 + slot, value & here.AsSingle(), channel);
        }
        at.Store(places);
        return value;
    }

    void AddToPlace(int place, Vector512<float> value, int channel)
    {
        var rows = (Vector512<int>.Indices + Vector512.Create(channel)) * Vector512.Create(shape.RowLength * sizeof(float));
        Add(value, rows, place, _placePitch, _placeFactors.First, _rows.First, _placeCounts.First);
    }

    /// <summary>Appends the values that are not 0 to a list.</summary>
    static void Add(Vector512<float> values, Vector512<int> entries, int list, int pitch, float* factorLists, int* entryLists, int* counts)
    {
        var some = ~Vector512.Equals(values, Vector512<float>.Zero);
        var lanes = (uint)some.ExtractMostSignificantBits();
        var at = (long)list * pitch + counts[list];
        counts[list] += BitOperations.PopCount(lanes);
        if (Avx512F.IsSupported)
        {
            Avx512F.Compress(Vector512<float>.Zero, some, values).Store(factorLists + at);
            Avx512F.Compress(Vector512<int>.Zero, some.AsInt32(), entries).Store(entryLists + at);
        }
        else
            for (; lanes != 0; lanes &= lanes - 1, at++)
            {
                var lane = BitOperations.TrailingZeroCount(lanes);
                (factorLists[at], entryLists[at]) = (values[lane], entries[lane]);
            }
    }

    static Vector512<int> Widened(byte* values)
    {
        var words = Vector256.WidenLower(Vector128.Load(values).ToVector256Unsafe()).AsInt16();
        return Vector512.WidenLower(words.ToVector512Unsafe());
    }

    /// <summary>Places that need lists: none of a first layer.</summary>
    static long PlacesOf(ConvolutionShape shape) => shape.IsFirst ? 0 : (long)shape.Cells * shape.Slots;

    static NativeBuffer<int> Filled(int length, Func<int, int> value)
    {
        var buffer = new NativeBuffer<int>(length);
        for (var i = 0; i < length; i++) buffer.First[i] = value(i);
        return buffer;
    }
}
