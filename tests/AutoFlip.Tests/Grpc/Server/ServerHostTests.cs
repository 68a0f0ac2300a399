namespace AutoFlip.Tests;

/// <summary>A server looks at nothing but its options. These tests change the working directory's files, so nothing runs beside
/// them.</summary>
[Collection(nameof(NetworkGrowthTests))]
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
