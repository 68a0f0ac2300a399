namespace AutoFlip.Tests;

/// <summary>Tests that change the working directory's files or measure the managed heap: nothing else runs beside them.</summary>
[CollectionDefinition(nameof(ServerHostTests), DisableParallelization = true)]
public sealed class Alone;

/// <summary>A server looks at nothing but its options. These tests change the working directory's files.</summary>
[Collection(nameof(ServerHostTests))]
public class ServerHostTests
{
    [Fact]
    public async Task Settings_of_the_working_directory_are_not_read()
    {
        var settings = Path.Combine(Directory.GetCurrentDirectory(), "appsettings.json");
        Assert.False(File.Exists(settings));
        File.WriteAllText(settings, "{"); // no JSON: whoever reads it fails
        try
        {
            await using var server = await LiveServer.StartAsync(TestContext.Current.CancellationToken);
            Assert.NotNull(server.Calls);
        }
        finally
        {
            File.Delete(settings);
        }
    }
}
