using AutoFlip.Cli;

namespace AutoFlip.Tests;

/// <summary>Files of <c>deploy/</c>: their command lines are ones that the program understands.</summary>
public class DeployFilesTests
{
    [Theory]
    [InlineData("autoflip-server.service", "server")]
    [InlineData("autoflip-client.service", "client")]
    public void Each_option_of_a_unit_is_one_of_the_command(string file, string command)
    {
        var words = Values(file, "ExecStart").Single().Split(' ');
        var settings = App.Commands.Single(one => one.Name == command).Settings;

        Assert.Equal(["/usr/local/bin/autoflip", command], words[..2]);
        var options = words.Where(word => word.StartsWith("--", StringComparison.Ordinal)).ToList();
        Assert.InRange(options.Count, 5, 100);
        Assert.Empty(options.Except(settings.SelectMany(setting => setting.Spellings)));
    }

    [Theory]
    [InlineData("autoflip-server.service")]
    [InlineData("autoflip-client.service")]
    public void A_unit_notifies_is_confined_and_keeps_keys_as_credentials(string file)
    {
        foreach (var (key, value) in new[]
        {
            ("Type", "notify"), ("DynamicUser", "yes"), ("ProtectSystem", "strict"), ("NoNewPrivileges", "yes"),
            ("CapabilityBoundingSet", ""),
            ("RestartPreventExitStatus", "2 3"), ("SuccessExitStatus", $"{(int)ExitCode.Interrupted}"),
        })
            Assert.Equal([value], Values(file, key));
        Assert.Contains(Values(file, "LoadCredential"), credential => credential.Contains(".key:", StringComparison.Ordinal));
        Assert.NotEmpty(Values(file, "MemoryMax"));
        Assert.NotEmpty(Values(file, "StateDirectory"));
    }

    [Fact]
    public void The_container_checks_its_health_by_a_path_of_the_admin_socket_and_is_not_root()
    {
        var lines = SourceTree.Read("deploy/Containerfile").Split('\n');

        Assert.Contains(lines, line => line.Contains("http://localhost/healthz", StringComparison.Ordinal));
        Assert.Contains("USER app", lines);
        Assert.Contains("VOLUME /state", lines);
    }

    static string[] Values(string file, string key) =>
    [
        .. SourceTree.Read($"deploy/{file}").Split('\n').Where(line => line.StartsWith($"{key}=", StringComparison.Ordinal))
            .Select(line => line[(key.Length + 1)..]),
    ];
}
