using static TorchSharp.torch;

namespace AutoFlip;

/// <summary>Copies between memory of the host and tensors of any device, which wait until they are done.</summary>
static unsafe class HostCopy
{
    /// <summary>Copies a tensor's values.</summary>
    /// <param name="from">[N or more], contiguous.</param>
    /// <param name="to">[N].</param>
    public static void Read<T>(Tensor from, Span<T> to)
        where T : unmanaged
    {
        using var scope = NewDisposeScope();
        var host = from.narrow(0, 0, to.Length).cpu();
        new ReadOnlySpan<T>(Pointer(host), to.Length).CopyTo(to);
    }

    /// <summary>Replaces a tensor's first values.</summary>
    /// <param name="from">[N].</param>
    /// <param name="to">[N or more], contiguous.</param>
    public static void Write<T>(ReadOnlySpan<T> from, Tensor to)
        where T : unmanaged
    {
        using var still = no_grad();
        using var scope = NewDisposeScope();
        var host = empty(from.Length, to.dtype);
        from.CopyTo(new Span<T>(Pointer(host), from.Length));
        to.narrow(0, 0, from.Length).copy_(host);
    }

    /// <summary>Address of the first element of a tensor in memory of the host.</summary>
    public static void* Pointer(Tensor tensor)
    {
        fixed (byte* first = tensor.bytes) return first; // native memory: it does not move
    }
}
