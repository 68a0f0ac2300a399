using System.Runtime.Intrinsics;

namespace AutoFlip;

/// <summary>Images [rows, columns, channels] as features in PyTorch's order [channels, rows, columns], after adaptive average pooling if
/// there is one; and the way back.</summary>
/// <param name="channels">Channels.</param>
/// <param name="height">Rows.</param>
/// <param name="width">Columns.</param>
/// <param name="cells">Side of the pooled image; 0: not pooled.</param>
sealed unsafe class FeatureLayout(int channels, int height, int width, int cells) : IDisposable
{
    readonly int _pitch = VectorCode.Rounded(channels);
    readonly int _pixels = cells > 0 ? cells * cells : height * width;
    readonly NativeBuffer<float> _image =
        new((long)(channels + VectorCode.Block) * Math.Max(height * width, cells * cells));

    /// <summary>Number of features.</summary>
    public int Count => channels * _pixels;

    /// <summary>Writes the features of an image.</summary>
    /// <param name="image">[height, width, channels rounded up to blocks].</param>
    /// <param name="features">Takes <see cref="Count"/> features.</param>
    public void Forward(float* image, float* features)
    {
        if (cells > 0)
        {
            for (var cell = 0; cell < _pixels; cell++)
            {
                var window = WindowOf(cell);
                for (var c = 0; c < _pitch; c += VectorCode.Block)
                {
                    var sum = Vector512<float>.Zero;
                    for (var y = window.Top; y < window.Bottom; y++)
                        for (var x = window.Left; x < window.Right; x++) sum += Vector512.Load(image + (y * width + x) * _pitch + c);
                    (sum / Vector512.Create((float)window.Pixels)).Store(_image.First + cell * _pitch + c);
                }
            }
            image = _image.First;
        }
        Transposition.Run(_pixels, channels, image, _pitch, features, _pixels);
    }

    /// <summary>The gradient of an image from that of its features.</summary>
    /// <param name="features">Gradients of features.</param>
    /// <param name="image">Takes [height, width, channels rounded up to blocks].</param>
    public void Backward(float* features, float* image)
    {
        if (cells == 0)
        {
            Transposition.Run(channels, _pixels, features, _pixels, image, _pitch);
            return;
        }
        Transposition.Run(channels, _pixels, features, _pixels, _image.First, _pitch);
        new Span<float>(image, height * width * _pitch).Clear();
        for (var cell = 0; cell < _pixels; cell++)
        {
            var window = WindowOf(cell);
            for (var c = 0; c < _pitch; c += VectorCode.Block)
            {
                var share = Vector512.Load(_image.First + cell * _pitch + c) / Vector512.Create((float)window.Pixels);
                for (var y = window.Top; y < window.Bottom; y++)
                    for (var x = window.Left; x < window.Right; x++)
                    {
                        var at = image + (y * width + x) * _pitch + c;
                        (Vector512.Load(at) + share).Store(at);
                    }
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _image.Dispose();

    readonly record struct Window(int Top, int Bottom, int Left, int Right)
    {
        public int Pixels => (Bottom - Top) * (Right - Left);
    }

    Window WindowOf(int cell)
    {
        var (row, column) = Math.DivRem(cell, cells);
        int Start(int index, int length) => index * length / cells;
        int End(int index, int length) => ((index + 1) * length + cells - 1) / cells;
        return new(Start(row, height), End(row, height), Start(column, width), End(column, width));
    }
}
