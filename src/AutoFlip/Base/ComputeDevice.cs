using System.Globalization;
using TorchSharp;
using static TorchSharp.torch;

namespace AutoFlip;

/// <summary>A device on which clients train and models are evaluated. Everything from the wire inwards stays on the host.</summary>
/// <param name="Name">As it is given: <c>cpu</c>, <c>cuda:0</c>.</param>
/// <param name="Type">torch's kind of device.</param>
/// <param name="Index">Its number among those of its kind.</param>
sealed record ComputeDevice(string Name, DeviceType Type, int Index)
{
    /// <summary>Values that <see cref="TryParse"/> accepts, in words.</summary>
    public const string Accepted = "cpu, cuda (the first GPU) or cuda:N (GPU N, from 0)";

    const string Gpu = "cuda", GenericName = "cpu-generic";

    /// <summary>The processor, by code that reads and writes tensors' memory.</summary>
    public static ComputeDevice Cpu { get; } = new("cpu", DeviceType.CPU, 0) { IsHost = true };

    /// <summary>The processor, by the code for devices whose memory the host cannot read: for tests, which compare the two to the
    /// bit.</summary>
    public static ComputeDevice Generic { get; } = new(GenericName, DeviceType.CPU, 0);

    /// <summary>True if the host reads and writes tensors' memory in place.</summary>
    public bool IsHost { get; private init; }

    /// <summary>True if layers whose way back is not deterministic on a GPU are computed otherwise.</summary>
    public bool RewritesLayers { get; init; }

    /// <summary>True for a GPU.</summary>
    public bool IsGpu => Type == DeviceType.CUDA;

    /// <summary>torch's name of it.</summary>
    public Device Torch => new(Type, Type == DeviceType.CUDA ? Index : -1);

    /// <summary>The GPU of a number.</summary>
    public static ComputeDevice Cuda(int index) =>
        new(string.Create(CultureInfo.InvariantCulture, $"{Gpu}:{index}"), DeviceType.CUDA, index)
        {
            RewritesLayers = true,
        };

    /// <summary>The device of a text, upper or lower case; null if it names none.</summary>
    public static ComputeDevice? TryParse(string text)
    {
        bool Is(string name) => text.Equals(name, StringComparison.OrdinalIgnoreCase);
        if (Is(Cpu.Name)) return Cpu;
        if (Is(GenericName)) return Generic;
        if (Is(Gpu)) return Cuda(0);
        return text.Split(':') is [var kind, var number] && kind.Equals(Gpu, StringComparison.OrdinalIgnoreCase)
            && int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var index) ? Cuda(index) : null;
    }

    /// <summary>A copy of a tensor of the host on the device, in the caller's dispose scope. The host does not wait for it, and may change
    /// the original at once.</summary>
    /// <remarks>Torch keeps the page-locked memory that a copy goes through until the copy is done.</remarks>
    public Tensor Send(Tensor host)
    {
        if (!IsGpu) return host.to(Torch, copy: true);
        using var locked = host.pin_memory();
        return locked.to(Torch, non_blocking: true);
    }
}
