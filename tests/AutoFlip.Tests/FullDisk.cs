using AutoFlip.Grpc;

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
    readonly ChaosDisk? _disk;

    public SmallDisk(string folder, int kilobytes)
    {
        _folder = folder;
        _disk = ChaosDisk.TryMount(folder, (long)kilobytes << 10);
        Assert.SkipUnless(_disk is not null, "Mounting a small disk needs Linux and root.");
    }

    /// <summary>Makes it larger or smaller.</summary>
    public void Resize(int kilobytes) => _disk!.Resize((long)kilobytes << 10);

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

    public void Dispose() => _disk?.Dispose();
}
