using System.Diagnostics;

namespace AutoFlip.Tests;

/// <summary>The structure that <see cref="FileKind"/> reads is the runtime's own: a test of every kind finds out if
/// another version has another one.</summary>
public sealed class FileKindTests : IDisposable
{
    readonly TemporaryDirectory _folder = new();

    public FileKindTests() => Assert.SkipWhen(OperatingSystem.IsWindows(), "Its pipes and devices have names outside every folder.");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_regular_file_is_one_behind_a_link_too_and_what_is_not_there_is_nothing_else()
    {
        File.WriteAllText(_folder["é"], "text");
        File.CreateSymbolicLink(_folder["link"], _folder["é"]);

        Assert.Null(FileKind.OtherThanFile(_folder["é"]));
        Assert.Null(FileKind.OtherThanFile(_folder["link"]));
        Assert.Null(FileKind.OtherThanFile(_folder["missing"]));
    }

    [Fact]
    public void Devices_and_folders_are_named_behind_a_link_too()
    {
        File.CreateSymbolicLink(_folder["link"], "/dev/null");

        Assert.Equal("a device", FileKind.OtherThanFile("/dev/null"));
        Assert.Equal("a device", FileKind.OtherThanFile(_folder["link"]));
        Assert.Equal("a folder", FileKind.OtherThanFile(_folder.Path));
    }

    [Fact]
    public void A_named_pipe_is_named_and_refused_unopened()
    {
        var path = _folder["guidance.json"];
        MakePipe(path);
        // so that whoever opens it need not wait
        using var otherEnd = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);

        var failure = Assert.Throws<AutoFlipException>(() => RunJson.Load<GuidanceReport>(path));

        Assert.Equal("a named pipe", FileKind.OtherThanFile(path));
        Assert.Equal(
            (ExitCode.BadData, $"'{path}' is a named pipe, and only a regular file is accepted there. Remove it and try again."),
            (failure.Code, failure.Message));
    }

    /// <summary>Makes a named pipe: whoever opens it for reading waits for its other end.</summary>
    internal static void MakePipe(string path)
    {
        using var make = Process.Start("mkfifo", path);
        make.WaitForExit();
    }
}
