using System.Diagnostics;

namespace AutoFlip.Tests;

/// <summary>Ways to a full disk without filling the machine's.</summary>
static class FullDisk
{
    const int NoSpace = 28; // ENOSPC

    /// <summary>What writing to a full disk throws.</summary>
    public static IOException Failure() => new("No space left on device", NoSpace);

    /// <summary>What writing beyond the largest file throws (EFBIG), as the runtime makes it.</summary>
    public static Exception TooLarge() =>
        new ArgumentOutOfRangeException(
            "value", "Specified file length was too large for the file system.")
        { Source = "System.Private.CoreLib" };
}

/// <summary>A disk of some kilobytes in a folder, until it is disposed. Needs Linux and root; elsewhere the test is skipped.</summary>
sealed class SmallDisk : IDisposable
{
    const int Page = 4096; // room is given out in these

    readonly string _folder;

    public SmallDisk(string folder, int kilobytes)
    {
        _folder = Directory.CreateDirectory(folder).FullName;
        Assert.SkipUnless(OperatingSystem.IsLinux() && Mount($"size={kilobytes}k tmpfs"), "Mounting a small disk needs Linux and root.");
    }

    /// <summary>Makes it larger or smaller.</summary>
    public void Resize(int kilobytes) => Assert.True(Mount($"remount,size={kilobytes}k"));

    /// <summary>Leaves no room at all, not even behind the text of a file.</summary>
    /// <param name="file">A file of lines on it: an empty line as long as needed is added.</param>
    public void FillBehind(string file)
    {
        var rest = (int)(new FileInfo(file).Length % Page);
        File.AppendAllText(file, new string(' ', Page - rest - 1) + "\n");
        using var rubbish = new FileStream(
            Path.Combine(_folder, "rubbish"), FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0);
        Assert.Throws<IOException>((Action)(() =>
        {
            for (; ; ) rubbish.Write(new byte[Page]);
        }));
    }

    public void Dispose()
    {
        using var unmount = Process.Start("umount", _folder);
        unmount.WaitForExit();
    }

    bool Mount(string options)
    {
        var start = new ProcessStartInfo("mount", $"-t tmpfs -o {options} {_folder}") { RedirectStandardError = true };
        using var mount = Process.Start(start)!;
        mount.StandardError.ReadToEnd();
        mount.WaitForExit();
        return mount.ExitCode == 0;
    }
}
