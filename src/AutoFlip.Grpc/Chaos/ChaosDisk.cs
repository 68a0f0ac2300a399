using System.Diagnostics;
using System.Globalization;

namespace AutoFlip.Grpc;

/// <summary>A folder with a file system of its own in memory, which can be made full. Linux and root only.</summary>
sealed class ChaosDisk : IDisposable
{
    const long Usual = 2L << 30;

    readonly string _folder;
    readonly long _size;

    ChaosDisk(string folder, long size) => (_folder, _size) = (folder, size);

    /// <summary>Mounts one on a folder; null if this process cannot.</summary>
    /// <param name="folder">The folder; made if it is not there.</param>
    /// <param name="size">Its bytes.</param>
    public static ChaosDisk? TryMount(string folder, long size = Usual)
    {
        Directory.CreateDirectory(folder);
        return OperatingSystem.IsLinux() && Mount(folder, $"size={size}", "-t", "tmpfs") ? new(folder, size) : null;
    }

    /// <summary>True shrinks the disk to what it holds, so that it is full; false gives it its size back.</summary>
    public bool IsFull
    {
        set
        {
            if (value)
            {
                Fill();
                return;
            }
            Resize(_size);
            File.Delete(Ballast);
        }
    }

    string Ballast => Path.Combine(_folder, "ballast");

    long Used
    {
        get
        {
            var drive = new DriveInfo(_folder);
            return drive.TotalSize - drive.AvailableFreeSpace;
        }
    }

    /// <summary>Makes it larger or smaller.</summary>
    /// <exception cref="InvalidOperationException">It has more than that.</exception>
    public void Resize(long size)
    {
        if (!TryResize(size)) throw new InvalidOperationException($"'{_folder}' cannot have {size} bytes.");
    }

    void Fill()
    {
        const int Tries = 100; // whoever writes on it may have taken more since it was measured
        if (Used == 0) File.WriteAllBytes(Ballast, [0]); // size=0 means no limit
        for (var tries = 1; tries < Tries; tries++)
            if (TryResize(Used)) return;
        Resize(Used);
    }

    bool TryResize(long size) => Mount(_folder, $"remount,size={size}");

    /// <inheritdoc/>
    public void Dispose() => Run("umount", "--lazy", _folder);

    static bool Mount(string folder, FormattableString options, params string[] kind) =>
        Run("mount", [.. kind, "-o", options.ToString(CultureInfo.InvariantCulture), "tmpfs", folder]);

    static bool Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        process.StandardError.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0;
    }
}
