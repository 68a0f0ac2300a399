namespace AutoFlip.Tests;

public sealed class AtomicFileTests : IDisposable
{
    readonly TemporaryDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Write_replaces_the_file_and_leaves_nothing_else()
    {
        AtomicFile.Write(_folder["a.json"], "old and long");
        AtomicFile.Write(_folder["a.json"], "néw");

        Assert.Equal("néw"u8.ToArray(), File.ReadAllBytes(_folder["a.json"])); // UTF-8, no byte order mark
        Assert.Equal(["a.json"], _folder.Files);
    }

    [Fact]
    public void Write_of_bytes_keeps_them()
    {
        AtomicFile.Write(_folder["a"], new byte[] { 0, 255, 13, 10 });

        Assert.Equal([0, 255, 13, 10], File.ReadAllBytes(_folder["a"]));
    }

    [Fact]
    public void Old_content_is_there_until_the_new_one_is_complete()
    {
        AtomicFile.Write(_folder["a"], "old");

        AtomicFile.Write(_folder["a"], stream =>
        {
            stream.Write("new"u8);
            stream.Flush();
            Assert.Equal("old", File.ReadAllText(_folder["a"]));
        });

        Assert.Equal("new", File.ReadAllText(_folder["a"]));
    }

    [Fact]
    public void Partial_file_of_a_killed_process_is_overwritten()
    {
        File.WriteAllText(_folder["a.partial"], "half of something longer");

        AtomicFile.Write(_folder["a"], "new");

        Assert.Equal("new", File.ReadAllText(_folder["a"]));
        Assert.Equal(["a"], _folder.Files);
    }

    [Fact]
    public void A_file_that_is_too_large_for_the_disk_fails_the_run_in_one_sentence()
    {
        var failure = Assert.Throws<AutoFlipException>(() => AtomicFile.Write(_folder["a"], _ => throw FullDisk.TooLarge()));

        Assert.Equal(ExitCode.RunFailed, failure.Code);
        Assert.Equal(
            $"'{_folder["a"]}' could not be written: it would be larger than its file system or the user's limit (ulimit -f) allows.",
            failure.Message);
        Assert.Empty(_folder.Files);
    }

    [Fact]
    public void A_wrong_argument_stays_one() =>
        Assert.Throws<ArgumentOutOfRangeException>(() =>
            AtomicFile.Write(_folder["a"], _ => throw new ArgumentOutOfRangeException("value", "by us")));

    [Fact]
    public void Full_disk_fails_the_run_in_one_sentence_and_leaves_the_old_file()
    {
        AtomicFile.Write(_folder["a"], "old");

        var failure = Assert.Throws<AutoFlipException>(() => AtomicFile.Write(_folder["a"], stream =>
        {
            stream.Write(new byte[100_000]);
            throw FullDisk.Failure();
        }));

        Assert.Equal(ExitCode.RunFailed, failure.Code);
        Assert.Equal(
            $"'{_folder["a"]}' could not be written: the disk is full. Free some space, or choose another place.", failure.Message);
        Assert.Equal("old", File.ReadAllText(_folder["a"]));
        Assert.Equal(["a"], _folder.Files);
    }

    [Fact]
    public void Missing_folder_is_named()
    {
        var failure = Assert.Throws<AutoFlipException>(() => AtomicFile.Write(_folder["gone/a"], "x"));

        Assert.Equal(ExitCode.RunFailed, failure.Code);
        Assert.Contains("its folder does not exist", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Folder_that_forbids_writing_is_told()
    {
        if (!OperatingSystem.IsLinux()) Assert.Skip("Uses a folder in which Linux lets nobody create files, not even root.");

        var failure = Assert.Throws<AutoFlipException>(() => AtomicFile.Write("/sys/autoflip-test", "x"));

        Assert.Equal(ExitCode.RunFailed, failure.Code);
        Assert.Contains("writing there is not allowed", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Name_taken_by_a_folder_fails_and_leaves_no_partial_file()
    {
        Directory.CreateDirectory(_folder["a"]);

        var failure = Assert.Throws<AutoFlipException>(() => AtomicFile.Write(_folder["a"], "x"));

        Assert.Equal(ExitCode.RunFailed, failure.Code);
        Assert.Equal(["a"], _folder.Files);
    }

    [Fact]
    public void Failure_of_the_content_reaches_the_caller_and_leaves_the_old_file()
    {
        AtomicFile.Write(_folder["a"], "old");

        Assert.Throws<OperationCanceledException>(() => AtomicFile.Write(_folder["a"], stream =>
        {
            stream.Write("half"u8);
            throw new OperationCanceledException();
        }));

        Assert.Equal("old", File.ReadAllText(_folder["a"]));
        Assert.Equal(["a"], _folder.Files);
    }
}
