using System.Formats.Tar;
using System.IO.Compression;
using System.Net;
using System.Security.Cryptography;

namespace AutoFlip.Tests;

public class DownloadTests
{
    static readonly byte[] Content = SmallFiles.Images(3, 7);

    [Fact]
    public void A_download_lands_in_the_cache_whole_and_is_found_from_then_on()
    {
        using var folder = new TemporaryFolder();
        var server = new Server(("a.bin", Content), ("b.bin", [1, 2, 3]));
        var set = SetOf(Plain("a.bin", Content), Plain("b.bin", [1, 2, 3]));
        var observer = new RecordingObserver();
        var where = Where(folder, server);

        var found = where.Require(set, observer);
        var again = where.Require(set, observer);

        Assert.Equal(folder["cache/Test"], found.Path);
        Assert.Equal(found.Path, again.Path);
        Assert.Equal(2, server.Requests);
        Assert.Equal(["cache/Test/a.bin", "cache/Test/b.bin"], folder.Files);
        Assert.Equal(Content, File.ReadAllBytes(folder["cache/Test/a.bin"]));
        Assert.Contains(("downloading b.bin for Test", 1.0), observer.Steps.Select(step => (step.What, step.Fraction ?? 0)));
    }

    [Theory]
    [InlineData("zip")]
    [InlineData("tar.gz")]
    public void Archives_give_up_their_members_wherever_they_lie_inside(string kind)
    {
        using var folder = new TemporaryFolder();
        var archive = Archive(kind, ("some/folder/a.bin", Content), ("../b.bin", [1, 2, 3]), ("other.txt", [9]));
        var set = SetOf(Plain($"all.{kind}", archive) with { Members = ["a.bin", "b.bin"] });

        Where(folder, new Server(($"all.{kind}", archive))).Require(set, RunObserver.None);

        Assert.Equal(["cache/Test/a.bin", "cache/Test/b.bin"], folder.Files);
        Assert.Equal(Content, File.ReadAllBytes(folder["cache/Test/a.bin"]));
    }

    [Theory]
    [InlineData("zip")]
    [InlineData("tar")]
    [InlineData("tar.gz")]
    public void Archives_give_up_whole_folders_and_keep_what_is_in_them_together(string kind)
    {
        using var folder = new TemporaryFolder();
        var archive = Archive(
            kind, ("top/images/cat/a.jpg", [1]), ("top/images/dog/a.jpg", [2]), ("top/meta/a.txt", [3]), ("top/other/a.txt", [4]),
            ("images/../../evil.txt", [5]), ("top/images/cat/../b.jpg", [6]));
        var server = new Server(($"all.{kind}", archive));
        var set = SetOf(Plain($"all.{kind}", archive) with { Members = ["images/", "meta/"] });
        var where = Where(folder, server);

        var found = where.Require(set, RunObserver.None);
        where.Require(set, RunObserver.None);

        Assert.Equal(["cache/Test/images/cat/a.jpg", "cache/Test/images/dog/a.jpg", "cache/Test/meta/a.txt"], folder.Files);
        Assert.Equal([2], File.ReadAllBytes(Path.Combine(found.Files["images/"], "dog/a.jpg")));
        Assert.Equal(1, server.Requests);
    }

    [Fact]
    public void A_set_without_downloads_says_where_a_person_gets_it()
    {
        using var folder = new TemporaryFolder();
        var set = SetOf() with { Files = ["a.bin", "b/"], Origin = "http://test/ (all.zip)" };

        var error = Assert.Throws<AutoFlipException>(() => Where(folder, new Server()).Require(set, RunObserver.None));

        Assert.Equal(ExitCode.BadData, error.Code);
        Assert.Contains("has to be fetched by hand", error.Message);
        Assert.Contains("Get it from http://test/ (all.zip), so that a.bin, b/ lie in a folder", error.Message);
    }

    [Theory]
    [InlineData("short", "it ended after 2367 of 2368 bytes")] // 16 + 3 * 784 = 2368
    [InlineData("long", "it is longer than 2368 bytes")]
    [InlineData("changed", "its SHA-256 is ")]
    [InlineData("missing", "the server answered 404")]
    [InlineData("broken", "the line went dead")]
    [InlineData("silent", "the server stopped answering")]
    public void A_download_that_goes_wrong_leaves_nothing_and_says_why(string how, string reason)
    {
        using var folder = new TemporaryFolder();
        byte[] sent = how switch { "short" => Content[..^1], "long" => [.. Content, 0], "changed" => [.. Content[..^1], 8], _ => Content };
        var server = how == "missing" ? new Server() : new Server(("a.bin", sent)) { Fault = how };
        var where = Where(folder, server) with { StallTimeout = how == "silent" ? TimeSpan.FromMilliseconds(1) : TimeSpan.FromMinutes(5) };

        var error = Assert.Throws<AutoFlipException>(() => where.Require(SetOf(Plain("a.bin", Content)), RunObserver.None));

        Assert.Equal(ExitCode.BadData, error.Code);
        Assert.Contains("http://test/a.bin", error.Message);
        Assert.Contains(reason, error.Message);
        Assert.Contains("`DataLocations.Require Test`", error.Message);
        Assert.Empty(folder.Files);
    }

    [Fact]
    public void An_archive_without_a_member_is_refused()
    {
        using var folder = new TemporaryFolder();
        var archive = Archive("zip", ("b.bin", [1]));
        var set = SetOf(Plain("all.zip", archive) with { Members = ["a.bin", "b.bin"] });

        var where = Where(folder, new Server(("all.zip", archive)));

        var error = Assert.Throws<AutoFlipException>(() => where.Require(set, RunObserver.None));

        Assert.Contains("the archive lacks a.bin", error.Message);
        Assert.Equal(["cache/Test/b.bin"], folder.Files);
    }

    [Fact]
    public void A_cancelled_download_leaves_nothing()
    {
        using var folder = new TemporaryFolder();
        using var cancellation = new CancellationTokenSource();
        var server = new Server(("a.bin", Content)) { Fault = "silent", OnSilence = cancellation.Cancel };

        Assert.ThrowsAny<OperationCanceledException>(() =>
            Where(folder, server).Require(SetOf(Plain("a.bin", Content)), RunObserver.None, cancellation.Token));

        Assert.Empty(folder.Files);
    }

    [Fact]
    public void Offline_never_asks_the_server()
    {
        using var folder = new TemporaryFolder();
        var server = new Server(("a.bin", Content));

        var where = Where(folder, server) with { Offline = true };

        Assert.Throws<AutoFlipException>(() => where.Require(SetOf(Plain("a.bin", Content)), RunObserver.None));

        Assert.Equal(0, server.Requests);
    }

    [Fact]
    public void Only_what_is_missing_is_fetched()
    {
        using var folder = new TemporaryFolder();
        folder.Write("cache/Test/a.bin", Content);
        var server = new Server(("b.bin", [1, 2, 3]));

        Where(folder, server).Require(SetOf(Plain("a.bin", Content), Plain("b.bin", [1, 2, 3])), RunObserver.None);

        Assert.Equal(1, server.Requests);
    }

    [Fact]
    public void A_cache_that_cannot_be_written_is_an_error_with_its_path()
    {
        using var folder = new TemporaryFolder();
        folder.Write("cache", [0]); // a file where the folder should be

        var error = Assert.Throws<AutoFlipException>(() =>
            Where(folder, new Server(("a.bin", Content))).Require(SetOf(Plain("a.bin", Content)), RunObserver.None));

        Assert.Equal(ExitCode.BadData, error.Code);
        Assert.Contains(folder["cache"], error.Message);
    }

    static DataLocations Where(TemporaryFolder folder, Server server) =>
        new() { CachePath = folder["cache"], Http = new HttpClient(server) };

    static DataDownload Plain(string name, byte[] content) =>
        new(new Uri($"http://test/{name}"), content.Length, Convert.ToHexStringLower(SHA256.HashData(content)));

    static IdxDataSet SetOf(params DataDownload[] downloads) => IdxDataSet.Mnist with
    {
        Name = "Test",
        Folders = ["Test"],
        Files = [.. downloads.SelectMany(download => download.Members.IsEmpty ? [download.Name] : download.Members)],
        Downloads = [.. downloads],
    };

    static byte[] Archive(string kind, params (string Name, byte[] Content)[] members)
    {
        var archive = new MemoryStream();
        if (kind == "zip")
        {
            using var zip = new ZipArchive(archive, ZipArchiveMode.Create, leaveOpen: true);
            foreach (var (name, content) in members)
            {
                using var entry = zip.CreateEntry(name).Open();
                entry.Write(content);
            }
        }
        else
        {
            using var gzip = kind == "tar" ? null : new GZipStream(archive, CompressionMode.Compress, leaveOpen: true);
            using var tar = new TarWriter((Stream?)gzip ?? archive, leaveOpen: true);
            foreach (var (name, content) in members)
                tar.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(content) });
        }
        return archive.ToArray();
    }

    /// <summary>Answers from memory; may break or fall silent after half of a file.</summary>
    sealed class Server(params (string Name, byte[] Content)[] files) : HttpMessageHandler
    {
        public int Requests { get; private set; }

        public string Fault { get; init; } = "";

        public Action OnSilence { get; init; } = () => { };

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Requests++;
            var file = files.FirstOrDefault(file => request.RequestUri!.AbsolutePath == '/' + file.Name);
            if (file.Content is null) return Task.FromResult(new HttpResponseMessage(HttpStatusCode.NotFound));
            var body = Fault is "broken" or "silent" ? new Interrupted(file.Content, Fault, OnSilence) : new MemoryStream(file.Content);
            return Task.FromResult(new HttpResponseMessage { Content = new StreamContent(body) });
        }
    }

    sealed class Interrupted(byte[] content, string fault, Action onSilence) : MemoryStream(content[..(content.Length / 2)])
    {
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (Position < Length) return Read(buffer.Span);
            if (fault == "broken") throw new HttpIOException(HttpRequestError.ResponseEnded, "the line went dead");
            onSilence();
            await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
            return 0;
        }
    }
}
