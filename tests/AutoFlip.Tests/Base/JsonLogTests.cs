using CsCheck;

namespace AutoFlip.Tests;

public sealed class JsonLogTests : IDisposable
{
    readonly TemporaryDirectory _folder = new();

    string LogPath => _folder["log.jsonl"];

    public void Dispose() => _folder.Dispose();

    sealed record Entry(int Number, string Text, double? Value);

    [Fact]
    public void What_was_appended_is_read_back()
    {
        Entry[] entries = [new(1, "a\nb", 0.1), new(2, "é", null)];
        using (var log = new JsonLog<Entry>(LogPath))
            foreach (var entry in entries) log.Append(entry);

        using var again = new JsonLog<Entry>(LogPath);

        Assert.Equal(entries, again.Lines);
    }

    /// <summary>A file of holes: a terabyte of length takes no room on the disk.</summary>
    [Fact]
    public void Log_larger_than_memory_is_refused_unread()
    {
        using (var file = File.Create(LogPath)) file.SetLength(1L << 40);
        var before = GC.GetAllocatedBytesForCurrentThread();

        var refused = Assert.Throws<AutoFlipException>(() => JsonLog<Entry>.ReadLines(LogPath));

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1_000_000);
        Assert.Equal(ExitCode.BadData, refused.Code);
        Assert.StartsWith($"'{LogPath}' is not usable: it has 1,024 GiB, and at most ", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_cut_at_any_byte_holds_its_whole_lines_and_can_be_continued()
    {
        byte[] whole;
        using (var log = new JsonLog<Entry>(LogPath))
        {
            for (var i = 0; i < 3; i++) log.Append(new(i, "x", i));
            whole = ReadShared(LogPath);
        }

        for (var cut = 0; cut <= whole.Length; cut++)
        {
            File.WriteAllBytes(LogPath, whole[..cut]);
            using (var log = new JsonLog<Entry>(LogPath))
            {
                Assert.Equal(whole[..cut].Count(b => b == '\n'), log.Lines.Count);
                log.Append(new(9, "next", 9));
            }

            using var again = new JsonLog<Entry>(LogPath);
            Assert.Equal(new Entry(9, "next", 9), again.Lines[^1]);
        }
    }

    [Fact]
    public void Truncated_lines_are_gone_for_good()
    {
        using (var log = new JsonLog<Entry>(LogPath))
        {
            for (var i = 0; i < 5; i++) log.Append(new(i, "", null));
            log.Truncate(2);
            log.Append(new(7, "", null));
        }

        using var again = new JsonLog<Entry>(LogPath);
        Assert.Equal([0, 1, 7], again.Lines.Select(line => line.Number));
    }

    [Fact]
    public void A_damaged_line_is_named()
    {
        File.WriteAllText(LogPath, "{\"number\":1,\"text\":\"\"}\n{oops}\n");

        var e = Assert.Throws<AutoFlipException>(() => new JsonLog<Entry>(LogPath));

        Assert.Equal(ExitCode.BadData, e.Code);
        Assert.Contains("line 2", e.Message);
        File.Delete(LogPath); // the failed open holds nothing
    }

    static byte[] ReadShared(string path)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }
}
