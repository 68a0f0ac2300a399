using System.Text.Json;

namespace AutoFlip.Tests;

public class ListModelsTests
{
    [Fact]
    public void Every_model_is_listed_with_what_it_costs_or_why_it_cannot()
    {
        var ended = Shell.Run("list", "models");

        Assert.Equal(ExitCode.Done, ended.Exit);
        var names = ended.Lines.Skip(1)
            .Where(line => !line.StartsWith("Not on", StringComparison.Ordinal) && !line.Contains("published", StringComparison.Ordinal))
            .Select(line => line.Split((char[])[' ', ':'], StringSplitOptions.RemoveEmptyEntries)[0]);
        Assert.Equal(Catalog.Models.Names.Order(), names.Order());
        // 3x32x32, h = 32: 30*30 * 32*75 + 14*14 * 64*800 + 3136*512 + 512*10; 32 + 64 + 512 units.
        Assert.Contains(
            "TwoCNN 3x32x32 1,664,970 13,805,952 608 in 3",
            ended.Lines.Select(line => string.Join(' ', line.Split(' ', StringSplitOptions.RemoveEmptyEntries))));
        Assert.Contains("\nNot on 3x32x32:\n", ended.Out, StringComparison.Ordinal);
        Assert.Contains("  MobileViT: height and width must be multiples of 64, and not 32x32.\n", ended.Out, StringComparison.Ordinal);
    }

    /// <summary>Parameters of the encoders as published; width 768 is 12 heads of 64.</summary>
    [Theory]
    [InlineData("DistilBert", "66,362,880"), InlineData("SqueezeBert", "51,094,272"), InlineData("MobileBert", "24,581,888")]
    public void Encoders_of_text_are_listed_with_their_published_sizes(string model, string parameters)
    {
        var lines = Shell.Run("list", "models").Lines;

        Assert.Contains($"{model}: the published sizes; {parameters} parameters before the classifier.", lines);
        Assert.DoesNotContain(
            Shell.Run("list", "models", "--hidden-size", "48").Lines, line => line.Contains("published", StringComparison.Ordinal));
    }

    [Fact]
    public void Options_of_a_run_decide_widths_and_text_is_read_as_tokens()
    {
        var models = Json("--hidden-size", "16", "--num_layers", "2", "--num-embeddings", "50", "--embedding_size", "8", "--outputs", "3");

        Assert.Equal(
            (16, "[3,32,32]"), (models["TwoNN"].GetProperty("units").GetInt32() / 2, models["TwoNN"].GetProperty("input").GetRawText()));
        Assert.Equal(JsonValueKind.Null, models["TwoNN"].GetProperty("vocabulary").ValueKind);
        // 50*8 + 64*(8 + 16 + 2) + 64*(16 + 16 + 2) + 17 outputs; groups: embedding 8, cells 16 and 16.
        JsonElement chars = models["NextCharLSTM"], words = models["NextWordLSTM"];
        Assert.Equal(
            (50 * 8 + 64 * 26 + 64 * 34 + 17 * 3, "[80,1,1]", 3),
            (chars.GetProperty("parameters").GetInt32(), chars.GetProperty("input").GetRawText(), chars.GetProperty("outputs").GetInt32()));
        Assert.Equal(
            (50 * 8 + 64 * 26 + 64 * 34 + 17 * 50, 50, 50),
            (words.GetProperty("parameters").GetInt32(), words.GetProperty("vocabulary").GetInt32(),
                words.GetProperty("outputs").GetInt32()));
        Assert.Equal((3, 40), (words.GetProperty("groups").GetInt32(), words.GetProperty("units").GetInt32()));
        Assert.Equal(80 * (64 * 24 + 64 * 32 + 16 * 50), words.GetProperty("macs_per_sample").GetInt64());
    }

    [Fact]
    public void Tokens_are_what_the_sample_says()
    {
        var models = Json("--input", "20x1x1");

        Assert.Equal("[20,1,1]", models["NextCharLSTM"].GetProperty("input").GetRawText());
        Assert.Contains(
            "its window of 5 is larger than 1 pixels", models["TwoCNN"].GetProperty("reason").GetString(), StringComparison.Ordinal);
        Assert.DoesNotContain("--", models["TwoCNN"].GetProperty("reason").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Table_and_json_have_the_same_figures()
    {
        var lines = Shell.Run("list", "models", "--input", "3x64x64").Lines;

        Assert.Every(Json("--input", "3x64x64"), listed =>
        {
            var (name, model) = listed;
            if (model.TryGetProperty("reason", out var reason))
            {
                Assert.Contains($"{name}: {reason.GetString()}", lines.Select(line => line.Trim()));
                return;
            }
            Assert.Contains(
                lines,
                line => line.Split(
                    "  ",
                    StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) is [var label, _, var parameters, var macs,
                    var units]
                && label == name
                && parameters == $"{model.GetProperty("parameters").GetInt32():N0}"
                && macs == $"{model.GetProperty("macs_per_sample").GetInt64():N0}"
                && units == $"{model.GetProperty("units").GetInt32():N0} in {model.GetProperty("groups").GetInt32()}");
        });
    }

    [Fact]
    public void Models_that_no_machine_could_hold_are_reasons_too() =>
        Assert.Equal(
            "it would have more than 2147483647 parameters.", Json("--hidden-size", "512")["ResNet10"].GetProperty("reason").GetString());

    [Fact]
    public void No_weight_is_allocated()
    {
        Shell.Run("list", "models"); // statics
        var before = GC.GetAllocatedBytesForCurrentThread();

        Shell.Run("list", "models");

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 100_000_000); // VGG9's weights alone are 496 MB
    }

    [Theory]
    [InlineData("--input", "3x32", "--input: '3x32' is not accepted. Accepted: channels x height x width, such as 3x32x32")]
    [InlineData("--input", "0x32x32", "--input: '0x32x32' is not accepted.")]
    [InlineData("--input", "-1x32x32", "--input: '-1x32x32' is not accepted.")]
    [InlineData("--input", "99999x99999x99999", "--input: '99999x99999x99999' is not accepted.")]
    [InlineData("--outputs", "0", "--outputs: '0' is not accepted. Accepted: a whole number of at least 1.")]
    [InlineData("--hidden-size", "0", "--hidden-size (--hidden_size): '0' is not accepted.")]
    public void What_no_model_could_be_told_is_refused(string option, string value, string why)
    {
        var ended = Shell.Run("list", "models", option, value);

        Assert.Equal(ExitCode.BadRequest, ended.Exit);
        Assert.Contains(why, ended.Error, StringComparison.Ordinal);
    }

    static Dictionary<string, JsonElement> Json(params string[] options)
    {
        var ended = Shell.Run(["list", "models", "--json", .. options]);
        var models = JsonDocument.Parse(ended.Out).RootElement.EnumerateArray()
            .ToDictionary(model => model.GetProperty("name").GetString()!);
        Assert.Equal(Catalog.Models.Names, models.Keys);
        return models;
    }
}
