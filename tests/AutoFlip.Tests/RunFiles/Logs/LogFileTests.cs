namespace AutoFlip.Tests;

public sealed class LogFileTests : IDisposable
{
    readonly TemporaryDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    string[] Lines => File.ReadAllLines(_folder[LogFile.FileName]);

    static LogFile Open(string? directory = null) => new(LogFormat.Human, new Reports.Afternoon(), directory);

    [Fact]
    public void Lines_of_before_there_is_a_directory_come_first()
    {
        using (var log = Open())
        {
            log.Loading("reading Digits", null);
            Assert.Empty(_folder.Files);
            log.Started(Reports.Start(_folder.Path));
            log.Warning("w");
        }

        Assert.EndsWith("Loading: reading Digits.", Lines[0], StringComparison.Ordinal);
        Assert.Contains("Run in", Lines[1], StringComparison.Ordinal);
        Assert.EndsWith("[warning] w", Lines[^1], StringComparison.Ordinal);
    }

    [Fact]
    public void A_run_that_never_begins_leaves_no_log()
    {
        using (var log = Open()) log.Failed(AutoFlipException.BadData("no data"));

        Assert.Empty(_folder.Files);
    }

    [Fact]
    public void A_resumed_run_goes_on_behind_a_line_that_was_cut()
    {
        using (var log = Open(_folder.Path)) log.Warning("first");
        File.AppendAllText(_folder[LogFile.FileName], "2026-01-02 half a li");

        using (var log = Open(_folder.Path)) log.Failed(AutoFlipException.BadData("The data are gone.")); // before work begins

        Assert.Equal(3, Lines.Length);
        Assert.EndsWith("half a li", Lines[1], StringComparison.Ordinal);
        Assert.EndsWith("[error] Failed: The data are gone.", Lines[2], StringComparison.Ordinal);
    }

    [Fact]
    public void A_line_is_in_the_file_at_once()
    {
        using var log = Open(_folder.Path);
        log.Warning("now");

        using var shared = new StreamReader(new FileStream(_folder[LogFile.FileName], FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        Assert.EndsWith("now\n", shared.ReadToEnd(), StringComparison.Ordinal);
    }
}
