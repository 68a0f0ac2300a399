using System.Text.Json;

namespace AutoFlip.Tests;

/// <summary>What <c>--log-format</c> shows.</summary>
public class StreamLogTests
{
    static readonly string[] Small = [
        "run", "--dataset", "digits", "--K", "4", "--C", "0.5", "--R", "2", "--eval_every", "2", "--perc_clients_for_mask", "1"];

    static string[] ErrorLines(Shell.Ended ended) => ended.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    [Fact]
    public void Lines_of_the_log_take_the_place_of_the_display()
    {
        var ended = Shell.Run([.. Small, "--log-format", "reference"], step: null, terminal: true);

        Assert.Equal(LogFormat.Reference, ended.Options!.LogFormat);
        Assert.Equal(3, ended.Lines.Length); // the run directory, the result, the run directory
        Assert.Equal("runs/fake_1_autoflip", ended.Lines[0]);
        Assert.Every(
            ErrorLines(ended).Where(line => !line.StartsWith("    - ", StringComparison.Ordinal)),
            line => Assert.Matches(@"^\[(INFO|WARNING)\] \(\d{4}/\d\d/\d\d \d\d:\d\d:\d\d [AP]M\) ", line));
        Assert.Contains("[EVALUATE] [SERVER] | loss: 0.7500 | acc1: 0.6667 ", ended.Error, StringComparison.Ordinal);
        Assert.EndsWith(
            "client 3 sent nothing [in time]", ErrorLines(ended).Single(line => line.StartsWith("[WARNING]", StringComparison.Ordinal)),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Json_on_both_streams_is_json_alone()
    {
        var ended = Shell.Run([.. Small, "--json", "--log-format", "json"]);

        Assert.Every(
            [.. ended.Lines, .. ErrorLines(ended)],
            line => Assert.Equal(JsonValueKind.Object, JsonDocument.Parse(line).RootElement.ValueKind));
        Assert.Equal("start", JsonDocument.Parse(ended.Lines[0]).RootElement.GetProperty("event").GetString());
        Assert.Equal("loading", JsonDocument.Parse(ErrorLines(ended)[0]).RootElement.GetProperty("event").GetString());
    }

    [Fact]
    public void Quiet_leaves_the_log_to_its_file()
    {
        var ended = Shell.Run([.. Small, "--quiet", "--log-format", "human"]);

        Assert.Equal(LogFormat.Human, ended.Options!.LogFormat);
        Assert.Equal(Shell.Run([.. Small, "--quiet"]).Error, ended.Error);
    }

    [Fact]
    public void Another_format_is_refused() =>
        Assert.Contains(
            "--log-format: 'xml' is not accepted. Accepted: human, json, reference.", Shell.Run([.. Small, "--log-format", "xml"]).Error,
            StringComparison.Ordinal);
}
