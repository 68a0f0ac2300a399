using System.Net;
using System.Net.Sockets;
using AutoFlip.Grpc;

namespace AutoFlip.Tests;

public sealed class AdminHostTests : IDisposable
{
    readonly TemporaryDirectory _directory = new();
    readonly FakeServer _server = new();
    readonly string _network;

    public AdminHostTests() => _network = Directory.CreateDirectory(_directory[NetworkFolder.Name]).FullName;

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task The_socket_of_a_run_is_its_owners_and_goes_with_the_server()
    {
        string path;
        await using (var host = await StartAsync())
        {
            using var admin = new ServerAdmin(_directory.Path);
            path = host.Address["unix:".Length..];

            Assert.Equal("alice", (await admin.StatusAsync(Cancel)).Seats[0].Name);
            Assert.Equal("drain: noted.", await admin.DrainAsync(Cancel));
            Assert.Equal("exclude bob: noted.", await admin.QuarantineAsync("bob", Cancel));
            Assert.Equal("admit bob: noted.", await admin.AdmitAsync("bob", Cancel));
            Assert.Equal(host.Address + "\n", File.ReadAllText(Path.Combine(_network, AdminAddress.FileName)));
            if (!OperatingSystem.IsWindows())
                Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
        }

        Assert.False(File.Exists(path));
        Assert.Empty(Directory.GetFiles(_network));
    }

    [Fact]
    public async Task A_refused_request_fails_with_the_servers_sentence()
    {
        _server.Refuses = true;
        await using var host = await StartAsync();
        using var admin = new ServerAdmin(_directory.Path);

        var refused = await Assert.ThrowsAsync<AutoFlipException>(() => admin.CloseRoundAsync(Cancel));

        Assert.Equal((ExitCode.RunFailed, "close: noted."), (refused.Code, refused.Message));
    }

    [Fact]
    public async Task A_run_whose_path_is_too_long_for_a_socket_has_one_among_the_temporary_files()
    {
        var network = Directory.CreateDirectory(Path.Combine(_directory[new string('x', 100)], NetworkFolder.Name)).FullName;
        string path;
        await using (var host = await AdminHost.StartAsync(new AdminCalls(_server, () => ""), asked: null, network))
        {
            path = host.Address["unix:".Length..];
            using var admin = new ServerAdmin(Path.GetDirectoryName(network)!);

            Assert.StartsWith(Path.GetTempPath(), path);
            Assert.Equal(3, (await admin.StatusAsync(Cancel)).Round);
        }

        Assert.False(Directory.Exists(Path.GetDirectoryName(path)));
    }

    [Fact]
    public async Task The_socket_of_a_killed_server_is_replaced_and_that_of_a_running_one_is_not()
    {
        var path = Path.Combine(_network, "admin.socket");
        using (var killed = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
            killed.Bind(new UnixDomainSocketEndPoint(path)); // .NET leaves its file in place

        await using var host = await StartAsync();
        var second = await Assert.ThrowsAsync<AutoFlipException>(() => StartAsync());

        Assert.Equal(ExitCode.RunFailed, second.Code);
        Assert.Contains("Another process listens", second.Message);
    }

    [Fact]
    public async Task A_file_with_content_is_never_replaced_by_a_socket()
    {
        var path = _directory["experiment.json"];
        File.WriteAllText(path, "{}");

        var refused = await Assert.ThrowsAsync<AutoFlipException>(() => StartAsync($"unix:{path}"));

        Assert.Equal(ExitCode.BadRequest, refused.Code);
        Assert.Equal("{}", File.ReadAllText(path));
    }

    [Theory]
    [InlineData("0.0.0.0:9000")]
    [InlineData("*:9000")]
    [InlineData("192.0.2.1:9000")]
    [InlineData("9000")]
    [InlineData("unix:")]
    public async Task An_address_that_other_machines_reach_is_refused(string address)
    {
        var refused = await Assert.ThrowsAsync<AutoFlipException>(() => StartAsync(address));

        Assert.Equal(ExitCode.BadRequest, refused.Code);
    }

    [Theory]
    [InlineData("127.0.0.1", null, null, HttpStatusCode.OK)]
    [InlineData("localhost", null, null, HttpStatusCode.OK)]
    [InlineData("evil.example", null, null, HttpStatusCode.MisdirectedRequest)] // its name was made to point here
    [InlineData("127.0.0.1", "https://evil.example", null, HttpStatusCode.Forbidden)]
    [InlineData("127.0.0.1", "null", null, HttpStatusCode.Forbidden)]
    [InlineData("127.0.0.1", null, "cross-site", HttpStatusCode.Forbidden)]
    public async Task On_loopback_pages_of_browsers_change_nothing(string name, string? origin, string? site, HttpStatusCode code)
    {
        await using var host = await StartAsync("127.0.0.1:0");
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        using var request = new HttpRequestMessage(HttpMethod.Post, $"http://{host.Address}/drain");
        request.Headers.Host = name;
        if (origin is not null) request.Headers.Add("Origin", origin);
        if (site is not null) request.Headers.Add("Sec-Fetch-Site", site);

        using var response = await http.SendAsync(request, Cancel);

        Assert.Equal(code, response.StatusCode);
        Assert.Equal(code == HttpStatusCode.OK ? ["drain"] : [], _server.Asked);
    }

    [Fact]
    public async Task On_loopback_the_port_is_recorded()
    {
        await using var host = await StartAsync("127.0.0.1:0");
        using var admin = new ServerAdmin(_directory.Path);

        Assert.Equal(3, (await admin.StatusAsync(Cancel)).Round);
    }

    [Fact]
    public async Task Without_a_server_one_sentence_names_the_run()
    {
        var none = Assert.Throws<AutoFlipException>(() => new ServerAdmin(_directory.Path));
        AdminAddress.Write(_network, $"unix:{Path.Combine(_network, "gone")}"); // of a server that was killed
        using var admin = new ServerAdmin(_directory.Path);
        var killed = await Assert.ThrowsAsync<AutoFlipException>(() => admin.StatusAsync(Cancel));
        Directory.Delete(_network, recursive: true);
        var noRun = Assert.Throws<AutoFlipException>(() => new ServerAdmin(_directory.Path));

        Assert.Equal((ExitCode.RunFailed, none.Message), (none.Code, killed.Message));
        Assert.Contains($"No server is running for '{_directory.Path}'", none.Message);
        Assert.Equal(ExitCode.BadRequest, noRun.Code);
    }

    Task<AdminHost> StartAsync(string? address = null) =>
        AdminHost.StartAsync(new AdminCalls(_server, () => "m 1\n"), address, _network);
}
