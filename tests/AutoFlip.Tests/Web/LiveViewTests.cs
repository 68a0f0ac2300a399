using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text.Json;
using AutoFlip.Cli;

namespace AutoFlip.Tests;

/// <summary>The live view over HTTP, on the loopback address.</summary>
public sealed class LiveViewTests : IDisposable
{
    readonly TemporaryDirectory _folder = new();
    readonly StringWriter _error = new();
    readonly HttpClient _client = new();
    readonly string _run;
    readonly FileStream _lock;

    public LiveViewTests()
    {
        _run = _folder["run"];
        MadeUpRun.Write(MadeUpRun.Record(rounds: 3, directory: _run));
        _lock = MadeUpRun.Lock(_run);
    }

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _client.Dispose();
        _error.Dispose();
        _lock.Dispose();
        _folder.Dispose();
    }

    LiveView Start(int port = 0) => LiveView.Start(port, () => [_run], new Host { Out = TextWriter.Null, Error = _error });

    async Task<HttpResponseMessage> Ask(LiveView view, string path, HttpMethod? method = null, string? host = null)
    {
        using var request = new HttpRequestMessage(method ?? HttpMethod.Get, new Uri(view.Address, path));
        request.Headers.Host = host;
        return await _client.SendAsync(request, Cancel);
    }

    [Fact]
    public async Task Page_is_the_report_and_may_talk_to_nobody_else()
    {
        using var view = Start();

        using var response = await Ask(view, "/");

        var text = await response.Content.ReadAsStringAsync(Cancel);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Contains("round 3 of 12 done", text);
        Assert.Contains("data-events=\"/events\"", text);
        Assert.DoesNotContain("href=\"rounds.jsonl\"", text); // nothing but the page is served, so nothing is linked
        Assert.Contains("connect-src 'self'", response.Headers.GetValues("Content-Security-Policy").Single());
        Assert.Equal(new CacheControlHeaderValue { NoStore = true }, response.Headers.CacheControl);
        Assert.Equal($"autoflip: live view: {view.Address}\n", _error.ToString().ReplaceLineEndings("\n"));
        Assert.Equal(IPAddress.Loopback, IPAddress.Parse(view.Address.Host));
    }

    [Theory]
    [InlineData("/experiment.json"), InlineData("/checkpoints/final.safetensors"), InlineData("/../run/experiment.json")]
    [InlineData("/%2e%2e/run/experiment.json"), InlineData("/events/x"), InlineData("//")]
    public async Task Nothing_else_is_served(string path)
    {
        using var view = Start();

        using var response = await Ask(view, $"http://127.0.0.1:{view.Address.Port}{path}");

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.Empty(await response.Content.ReadAsStringAsync(Cancel));
    }

    [Theory]
    [InlineData("POST"), InlineData("PUT"), InlineData("DELETE"), InlineData("OPTIONS"), InlineData("HEAD")]
    public async Task Only_reading_is_possible(string method)
    {
        using var view = Start();

        using var response = await Ask(view, "/", new HttpMethod(method));

        Assert.Equal(HttpStatusCode.MethodNotAllowed, response.StatusCode);
    }

    /// <summary>A name of somebody else's that was made to point here (DNS rebinding).</summary>
    [Theory]
    [InlineData("evil.example"), InlineData("127.0.0.1.evil.example"), InlineData("localhost.evil.example:8642"), InlineData("10.0.0.1")]
    [InlineData("[::1]")]
    public async Task Another_name_is_refused(string host)
    {
        using var view = Start();

        foreach (var path in (string[])["/", "/events"])
        {
            using var response = await Ask(view, path, host: host);
            Assert.Equal(HttpStatusCode.MisdirectedRequest, response.StatusCode);
        }
    }

    [Fact]
    public async Task Localhost_is_as_good_a_name()
    {
        using var view = Start();

        using var response = await Ask(view, "/", host: $"localhost:{view.Address.Port}");

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Fact]
    public async Task Events_bring_the_page_every_change_and_the_end()
    {
        var view = Start();
        using var stream = new StreamReader(await _client.GetStreamAsync(new Uri(view.Address, "/events"), Cancel));

        Assert.Equal("round 3 of 12 done", (await Next(stream)).GetProperty("progress").GetString());

        MadeUpRun.Write(MadeUpRun.Record(rounds: 4, directory: _run));
        var page = await Next(stream);
        // files are written one after the other
        while (page.GetProperty("progress").GetString() == "round 3 of 12 done") page = await Next(stream);
        Assert.Equal("round 4 of 12 done", page.GetProperty("progress").GetString());
        Assert.False(page.GetProperty("ended").GetBoolean());
        Assert.Contains("run-figures", page.GetProperty("content").GetString());
        Assert.Equal("lines", page.GetProperty("charts").GetProperty("run-global").GetProperty("kind").GetString());

        MadeUpRun.Write(MadeUpRun.Record(directory: _run));
        view.Dispose(); // the run is over, and so is the program
        List<string> last = [.. (await stream.ReadToEndAsync(Cancel)).Split('\n', StringSplitOptions.RemoveEmptyEntries)];
        Assert.Equal("event: end", last[^2]);
        Assert.True(JsonDocument.Parse(last[^3]["data: ".Length..]).RootElement.GetProperty("ended").GetBoolean());
    }

    [Fact]
    public async Task Run_that_cannot_be_read_leaves_the_page_and_says_why()
    {
        using var view = Start();
        using var stream = new StreamReader(await _client.GetStreamAsync(new Uri(view.Address, "/events"), Cancel));
        await Next(stream);

        await File.AppendAllTextAsync(Path.Combine(_run, "rounds.jsonl"), "{\"damaged\"\n", Cancel);
        var page = await Next(stream);

        Assert.Contains("is damaged", page.GetProperty("progress").GetString());
        Assert.Contains("is damaged", page.GetProperty("content").GetString());
        Assert.Contains("round 3 of 12 done", page.GetProperty("content").GetString());
    }

    [Fact]
    public async Task First_page_of_a_run_that_cannot_be_read_says_why()
    {
        await File.WriteAllTextAsync(Path.Combine(_run, "guidance.json"), "{\"damaged\"\n", Cancel);
        using var view = Start();

        using var response = await Ask(view, "/");

        var text = await response.Content.ReadAsStringAsync(Cancel);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Contains("guidance.json' is damaged: it is not JSON", WebUtility.HtmlDecode(text));
        Assert.DoesNotContain("loading its data", text);
    }

    [Fact]
    public void Lock_that_is_a_device_is_what_the_page_says()
    {
        _lock.Dispose();
        File.Delete(_lock.Name);
        File.CreateSymbolicLink(_lock.Name, "/dev/null");

        Assert.Contains("is a device, and only a regular file is accepted", new LiveFeed(() => [_run], TimeProvider.System).Now().Trouble);
    }

    [Fact]
    public void Partition_that_changes_makes_a_new_page()
    {
        var feed = new LiveFeed(() => [_run], TimeProvider.System);
        var before = feed.Now();
        File.Delete(Path.Combine(_run, PartitionCounts.FileName));

        Assert.NotSame(before, feed.Now());
    }

    [Fact]
    public void Port_in_use_gives_way_to_a_free_one_in_a_sentence()
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var port = ((IPEndPoint)other.LocalEndpoint).Port;

        using var view = Start(port);

        Assert.NotEqual(port, view.Address.Port);
        Assert.Contains($"port {port} is in use", _error.ToString());
    }

    [Fact]
    public void What_did_not_change_is_not_made_again()
    {
        var feed = new LiveFeed(() => [_run], TimeProvider.System);

        Assert.Same(feed.Now(), feed.Now());
    }

    /// <summary>The next page of a stream of events.</summary>
    static async Task<JsonElement> Next(StreamReader stream)
    {
        Assert.Equal("event: page", await stream.ReadLineAsync(Cancel));
        var data = (await stream.ReadLineAsync(Cancel))!;
        Assert.Equal("", await stream.ReadLineAsync(Cancel));
        return JsonDocument.Parse(data["data: ".Length..]).RootElement;
    }
}
