using System.Text;

namespace AutoFlip.Tests;

public sealed class AppendFileTests : IDisposable
{
    readonly TemporaryDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void What_is_appended_comes_after_what_is_there()
    {
        foreach (var text in (string[])["a\n", "b\n"])
            using (var file = new AppendFile(_folder["sub/log"])) file.Append(Encoding.UTF8.GetBytes(text));

        Assert.Equal("a\nb\n", File.ReadAllText(_folder["sub/log"]));
    }

    [Theory]
    [InlineData("", ""), InlineData("whole\n", "whole\n"), InlineData("whole\nto", "whole\nto\n")]
    public void EndLine_ends_a_line_that_was_cut(string there, string after)
    {
        File.WriteAllText(_folder["log"], there);

        using (var file = new AppendFile(_folder["log"])) file.EndLine();

        Assert.Equal(after, File.ReadAllText(_folder["log"]));
    }

    [Theory]
    [InlineData(""), InlineData("abc"), InlineData("abcdef"), InlineData("abXdef"), InlineData("abcdefgh"), InlineData("X")]
    public void Become_makes_the_file_what_it_must_be(string there)
    {
        File.WriteAllText(_folder["file"], there);

        using (var file = new AppendFile(_folder["file"]))
        {
            file.ReplaceWith("abcdef"u8);
            file.Append("!"u8);
        }

        Assert.Equal("abcdef!", File.ReadAllText(_folder["file"]));
    }

    [Fact]
    public void Full_disk_fails_the_run_in_one_sentence()
    {
        using var disk = new SmallDisk(_folder["disk"], kilobytes: 16);
        File.WriteAllText(_folder["disk/log"], "line\n");
        disk.FillBehind(_folder["disk/log"]);
        using var file = new AppendFile(_folder["disk/log"]);

        var failure = Assert.Throws<AutoFlipException>(() => file.Append("x"u8));

        Assert.Equal(ExitCode.RunFailed, failure.Code);
        Assert.Contains("cannot be written", failure.Message, StringComparison.Ordinal);
        Assert.EndsWith("Free some space and resume the run.", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Folder_in_place_of_the_file_is_refused()
    {
        Directory.CreateDirectory(_folder["file"]);

        Assert.Equal(ExitCode.BadData, Assert.Throws<AutoFlipException>(() => new AppendFile(_folder["file"])).Code);
    }
}
