namespace AutoFlip;

/// <summary>Resizes 8-bit image planes as Pillow's antialiased bilinear filter does, bit for bit.</summary>
/// <remarks>
/// Separable triangle filter, horizontal pass first; each pass sums in 22-bit fixed point and rounds to 8 bits. When an axis
/// shrinks, the triangle widens by the same factor, so that every input pixel counts. Immutable and safe to share between threads.
/// </remarks>
sealed class BilinearResize
{
    const int FractionBits = 22;

    readonly int _inWidth, _inHeight, _outWidth, _outHeight;
    readonly Taps _horizontal, _vertical;

    /// <summary>Prepares the filter for one pair of sizes.</summary>
    public BilinearResize(int inHeight, int inWidth, int outHeight, int outWidth)
    {
        (_inHeight, _inWidth, _outHeight, _outWidth) = (inHeight, inWidth, outHeight, outWidth);
        _horizontal = new Taps(inWidth, outWidth);
        _vertical = new Taps(inHeight, outHeight);
    }

    /// <summary>Bytes that <see cref="Apply"/> needs between its passes.</summary>
    public int ScratchLength => _inHeight * _outWidth;

    /// <summary>Resizes one plane.</summary>
    /// <param name="plane">[inHeight, inWidth].</param>
    /// <param name="scratch">At least <see cref="ScratchLength"/> bytes, overwritten.</param>
    /// <param name="result">[outHeight, outWidth].</param>
    public void Apply(ReadOnlySpan<byte> plane, Span<byte> scratch, Span<byte> result)
    {
        for (var y = 0; y < _inHeight; y++)
        {
            var row = plane.Slice(y * _inWidth, _inWidth);
            var narrow = scratch.Slice(y * _outWidth, _outWidth);
            for (var x = 0; x < narrow.Length; x++)
            {
                var weights = _horizontal.Weights(x);
                var pixels = row.Slice(_horizontal.Start(x), weights.Length);
                var sum = 1 << (FractionBits - 1);
                for (var i = 0; i < weights.Length; i++) sum += weights[i] * pixels[i];
                narrow[x] = Clip(sum);
            }
        }
        for (var y = 0; y < _outHeight; y++)
        {
            var weights = _vertical.Weights(y);
            var first = _vertical.Start(y) * _outWidth;
            var row = result.Slice(y * _outWidth, _outWidth);
            for (var x = 0; x < row.Length; x++)
            {
                var sum = 1 << (FractionBits - 1);
                for (var i = 0; i < weights.Length; i++) sum += weights[i] * scratch[first + i * _outWidth + x];
                row[x] = Clip(sum);
            }
        }
    }

    static byte Clip(int sum) => (byte)Math.Clamp(sum >> FractionBits, 0, 255);

    /// <summary>Input pixels of each output pixel along one axis, with their fixed-point weights.</summary>
    sealed class Taps
    {
        readonly int[] _starts;
        readonly int[][] _weights;

        public Taps(int inputs, int outputs)
        {
            _starts = new int[outputs];
            _weights = new int[outputs][];
            double scale = (double)inputs / outputs, support = Math.Max(scale, 1);
            for (var output = 0; output < outputs; output++)
            {
                var centre = (output + 0.5) * scale;
                var from = Math.Max(0, (int)(centre - support + 0.5));
                var to = Math.Min(inputs, (int)(centre + support + 0.5));
                var exact = new double[to - from];
                for (var i = 0; i < exact.Length; i++) exact[i] = Math.Max(0, 1 - Math.Abs((from + i - centre + 0.5) / support));
                var total = exact.Sum();
                _starts[output] = from;
                _weights[output] = [.. exact.Select(weight => (int)(0.5 + weight / total * (1 << FractionBits)))];
            }
        }

        public int Start(int output) => _starts[output];

        public ReadOnlySpan<int> Weights(int output) => _weights[output];
    }
}
