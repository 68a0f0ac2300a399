using System.Runtime.InteropServices;
using System.Text;

namespace AutoFlip;

/// <summary>NVIDIA's driver, which comes with a GPU and not with libtorch: what GPUs this machine has, asked without loading
/// libtorch.</summary>
/// <remarks>By the C functions of its driver API, which are the same in all its versions. They respect CUDA_VISIBLE_DEVICES, as torch
/// does.</remarks>
static unsafe class CudaDriver
{
    /// <summary>File name of the driver's library.</summary>
    public static string Library => OperatingSystem.IsWindows() ? "nvcuda.dll" : "libcuda.so.1";

    /// <summary>Models of the GPUs, in their order; none if the driver finds none, null if there is no driver.</summary>
    public static IReadOnlyList<string>? Models()
    {
        if (!NativeLibrary.TryLoad(Library, out var driver)) return null;
        nint Function(string name) => NativeLibrary.GetExport(driver, name);
        var count = 0;
        if (((delegate* unmanaged<uint, int>)Function("cuInit"))(0) != 0) return [];
        if (((delegate* unmanaged<int*, int>)Function("cuDeviceGetCount"))(&count) != 0) return [];
        return [.. Enumerable.Range(0, count).Select(index => ModelOf(
            index, (delegate* unmanaged<int*, int, int>)Function("cuDeviceGet"),
            (delegate* unmanaged<byte*, int, int, int>)Function("cuDeviceGetName")))];
    }

    static string ModelOf(int index, delegate* unmanaged<int*, int, int> get, delegate* unmanaged<byte*, int, int, int> name)
    {
        const int Longest = 256;
        var device = 0;
        var text = stackalloc byte[Longest];
        return get(&device, index) == 0 && name(text, Longest, device) == 0
            ? Encoding.UTF8.GetString(MemoryMarshal.CreateReadOnlySpanFromNullTerminated(text))
            : "unknown GPU";
    }
}
