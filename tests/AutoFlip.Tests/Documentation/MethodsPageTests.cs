using System.Text.Json;

namespace AutoFlip.Tests;

public class MethodsPageTests
{
    [Fact]
    public void The_page_of_methods_is_what_the_catalogue_and_the_code_state()
    {
        var page = MethodsPage.Of();
        if (Environment.GetEnvironmentVariable("AUTOFLIP_ACCEPT_DOCS") == "1")
            File.WriteAllText(Path.Combine(SourceTree.Root, "docs/methods.md"), page);

        Assert.True(
            page == SourceTree.Read("docs/methods.md"),
            "docs/methods.md is not what the code states. Write it anew with AUTOFLIP_ACCEPT_DOCS=1.");
    }

    [Fact]
    public void There_are_enough_methods_to_compare_with_and_each_has_a_source()
    {
        Assert.True(MethodFacts.Algorithms.Length >= 20);
        Assert.True(MethodFacts.Pruners.Length >= 14);
        Assert.Every(MethodFacts.Algorithms.Concat(MethodFacts.Pruners), method => Assert.NotEmpty(method.Source));
    }

    [Fact]
    public void Costs_are_those_of_the_method()
    {
        var scaffold = MethodFacts.Algorithms.Single(method => method.Name == "scaffold");

        Assert.Equal(["1 vector on the server", "1 vector kept by each client"], scaffold.Needs);
        Assert.Equal(["1 more vector down", "1 more vector up"], scaffold.Sends);
        Assert.Contains("optimizers Adam, AdamW, RMSprop, Adagrad", scaffold.Excludes);
        Assert.Contains(scaffold.Excludes, refused => refused.StartsWith("pruner", StringComparison.Ordinal)
            && refused.Contains("heterofl", StringComparison.Ordinal));
        var ditto = MethodFacts.Algorithms.Single(method => method.Name == "ditto");
        Assert.Contains("1 vector kept by each client", ditto.Needs);
        Assert.Contains("metrics of personal models up", ditto.Sends);
        Assert.Equal(["1 number up"], MethodFacts.Algorithms.Single(method => method.Name == "fednova").Sends);
        Assert.Contains("a part of the model kept by each client", MethodFacts.Algorithms.Single(method => method.Name == "fedbn").Needs);
        var fedavg = MethodFacts.Algorithms.Single(method => method.Name == "fedavg");
        Assert.Empty(fedavg.Sends.Concat(fedavg.Excludes));
        Assert.Equal(["1 vector on the server for its momentum"], fedavg.Needs);
        Assert.Contains("all replies of a round in memory", MethodFacts.Algorithms.Single(method => method.Name == "krum").Needs);
    }

    [Theory, InlineData("algorithms", "fedprox"), InlineData("pruners", "heterofl")]
    public void The_list_has_a_line_for_each_and_json_an_object(string what, string name)
    {
        var printed = Shell.Run("list", what);
        var objects = JsonDocument.Parse(Shell.Run("list", what, "--json").Out).RootElement;

        Assert.Contains(printed.Out.Split('\n'), line => line.StartsWith(name + " ", StringComparison.Ordinal));
        Assert.Contains(objects.EnumerateArray(), method => method.GetProperty("name").GetString() == name);
    }
}
