using System.Globalization;

namespace AutoFlip;

/// <summary>Memory available to this process. Large allocations are compared with it before they are made.</summary>
static class MemoryLimit
{
    const double Gibibyte = 1L << 30;

    /// <summary>Bytes: the machine's memory, or the part of it that a container or the runtime's settings allow.</summary>
    public static long OfProcess => GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;

    /// <summary>A number of bytes in GiB, with a digit behind the point below 100.</summary>
    public static string Text(double bytes) =>
        (bytes / Gibibyte).ToString(bytes < 100 * Gibibyte ? "0.0" : "#,##0", CultureInfo.InvariantCulture) + " GiB";
}
