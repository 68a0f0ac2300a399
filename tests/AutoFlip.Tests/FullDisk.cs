using System.Diagnostics;

namespace AutoFlip.Tests;

/// <summary>Ways to a full disk without filling one.</summary>
static class FullDisk
{
    const int NoSpace = 28; // ENOSPC

    /// <summary>What writing to a full disk throws.</summary>
    public static IOException Failure() => new("No space left on device", NoSpace);

    /// <summary>Makes a device file to which every write fails as on a full disk; skips the test where that is not allowed.</summary>
    public static void MakeDevice(string path)
    {
        try
        {
            using var mknod = Process.Start(new ProcessStartInfo("mknod", [path, "c", "1", "7"]) { RedirectStandardError = true })!; // as /dev/full
            mknod.WaitForExit();
            if (mknod.ExitCode != 0) Assert.Skip("Device files cannot be made here.");
            using var file = new FileStream(path, FileMode.Open, FileAccess.Write);
        }
        catch (Exception e) when (e is System.ComponentModel.Win32Exception or UnauthorizedAccessException)
        {
            Assert.Skip("Device files cannot be made here.");
        }
    }
}
