using System.Diagnostics;
using System.Globalization;

namespace AutoFlip.Grpc;

/// <summary>A folder with a file system of its own in memory, which can be made full. Linux and root only.</summary>
sealed class ChaosDisk : IDisposable
{
    const long Size = 2L << 30;

    readonly string _folder;

    ChaosDisk(string folder) => _folder = folder;

    /// <summary>Mounts one on a folder; null if this process cannot.</summary>
    public static ChaosDisk? TryMount(string folder)
    {
        Directory.CreateDirectory(folder);
        return OperatingSystem.IsLinux() && Run("mount", "-t", "tmpfs", "-o", Option(Size), "tmpfs", folder) == 0 ? new(folder) : null;
    }

    /// <summary>Leaves no room, or as much as before.</summary>
    public bool IsFull
    {
        set
        {
            var drive = new DriveInfo(_folder);
            Run("mount", "-o", $"remount,{Option(value ? drive.TotalSize - drive.AvailableFreeSpace : Size)}", _folder);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Run("umount", "--lazy", _folder);

    static string Option(long size) => string.Create(CultureInfo.InvariantCulture, $"size={size}");

    static int Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        process.StandardError.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode;
    }
}
