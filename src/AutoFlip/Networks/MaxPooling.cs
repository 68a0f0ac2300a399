using static TorchSharp.torch;

namespace AutoFlip;

/// <summary>Max pooling as torch computes it, to the bit, in half the time and a quarter of the memory (docs/decisions/0016).</summary>
/// <remarks>
/// Torch keeps the input and 8 bytes a maximum for the way back, and goes back by clearing an image and adding into it. Here a maximum's
/// place in its window is a byte, nothing else is kept, and each pixel's gradient is written once. Runs on the calling thread alone.
/// </remarks>
sealed unsafe class MaxPooling : autograd.SingleTensorFunction<MaxPooling>
{
    const string Windows = "windows";

    /// <summary>The gradient handed to torch by this thread's last backward pass: torch holds it by then, and our handle can go.</summary>
    [ThreadStatic]
    static Tensor? _handedOver;

    /// <inheritdoc/>
    public override string Name => nameof(MaxPooling);

    /// <summary>The maxima, in a tensor that may be overwritten; null if this case is left to torch: windows that overlap or are larger
    /// than 15, channels that are not innermost in memory or fewer than a vector, and numbers other than float32 and bfloat16.</summary>
    public static Tensor? TryRun(Tensor input, int kernel, int stride, int padding, bool rectifies = false)
    {
        if (kernel > PoolingWindows.LargestKernel || stride < kernel || input.dtype is not (ScalarType.Float32 or ScalarType.BFloat16))
            return null;
        if (input.shape is not [var count, var channels, var height, var width] || channels < PoolingWindows.Lanes) return null;
        using (var pixels = input.permute(0, 2, 3, 1))
            if (!pixels.is_contiguous()) return null;

        var windows = new PoolingWindows((int)height, (int)width, (int)channels, kernel, stride, padding, rectifies);
        return is_grad_enabled() && input.requires_grad
            ? apply(input, windows)
            : Maxima(input, count, windows, winners: null);
    }

    /// <inheritdoc/>
    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        var (input, windows) = ((Tensor)vars[0], (PoolingWindows)vars[1]);
        var count = input.size(0);
        var winners = empty(count * windows.OutputLength, ScalarType.Byte);
        var maxima = Maxima(input, count, windows, winners);
        ctx.save_for_backward([winners]);
        ctx.save_data(Windows, windows);
        return maxima;
    }

    /// <inheritdoc/>
    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
    {
        _handedOver?.Dispose();
        var windows = (PoolingWindows)ctx.get_data(Windows);
        using var winners = ctx.get_saved_variables()[0];
        using var rows = grad_output.permute(0, 2, 3, 1);
        using var gradient = rows.contiguous();
        var count = gradient.size(0);
        var into = ChannelsLast(count, windows.Channels, windows.Height, windows.Width, gradient.dtype);
        var winner = (byte*)Pointer(winners);
        if (gradient.dtype == ScalarType.Float32)
            windows.Backward<float, PooledFloat>(count, (float*)Pointer(gradient), winner, (float*)Pointer(into));
        else windows.Backward<ushort, PooledBfloat16>(count, (ushort*)Pointer(gradient), winner, (ushort*)Pointer(into));
        grad_output.Dispose();
        return [_handedOver = into, null!];
    }

    static Tensor Maxima(Tensor input, long count, in PoolingWindows windows, Tensor? winners)
    {
        var maxima = ChannelsLast(count, windows.Channels, windows.OutputHeight, windows.OutputWidth, input.dtype);
        var winner = winners is null ? null : (byte*)Pointer(winners);
        if (input.dtype == ScalarType.Float32)
            windows.Forward<float, PooledFloat>(count, (float*)Pointer(input), (float*)Pointer(maxima), winner);
        else windows.Forward<ushort, PooledBfloat16>(count, (ushort*)Pointer(input), (ushort*)Pointer(maxima), winner);
        return maxima;
    }

    /// <summary>[N, C, H, W] with channels innermost in memory: no view, because torch lets nobody overwrite a
    /// view that a function returns.</summary>
    static Tensor ChannelsLast(long count, int channels, int height, int width, ScalarType type) => empty_strided(
        [count, channels, height, width], [(long)height * width * channels, 1, (long)width * channels, channels], type);

    /// <summary>Address of a tensor's first element; all tensors here are contiguous.</summary>
    static void* Pointer(Tensor tensor)
    {
        using var rows = tensor.dim() == 4 && !tensor.is_contiguous() ? tensor.permute(0, 2, 3, 1) : tensor.alias();
        return HostCopy.Pointer(rows);
    }
}
