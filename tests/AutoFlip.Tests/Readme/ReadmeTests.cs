using System.Text.RegularExpressions;

namespace AutoFlip.Tests;

public partial class ReadmeTests
{
    static readonly string Page = SourceTree.Read("README.md");

    [Theory]
    [InlineData("library", "README.md")]
    [InlineData("algorithm", "docs/extending.md"), InlineData("model", "docs/extending.md"), InlineData("dataset", "docs/extending.md")]
    public void Code_on_pages_is_the_code_that_is_compiled_here(string region, string page)
    {
        var source = SourceTree.Read("tests/AutoFlip.Tests/Readme/Examples.cs");
        var lines = Regex.Match(source, $"#region {region}\n(.*?)\n *#endregion", RegexOptions.Singleline).Groups[1].Value.Split('\n');
        var indent = lines[0].Length - lines[0].TrimStart().Length;
        var code = string.Join('\n', lines.Select(line => line.Length < indent ? line : line[indent..])).Trim();

        Assert.NotEmpty(code);
        Assert.Contains($"```csharp\n{code}\n```", SourceTree.Read(page));
    }

    [Fact]
    public void Front_page_fits_on_two_screens() => Assert.InRange(Page.Count(letter => letter == '\n'), 40, 110);

    [Fact]
    public void Its_links_lead_somewhere()
    {
        var targets = Link().Matches(Page).Select(match => match.Groups[1].Value)
            .Where(target => !target.StartsWith("http", StringComparison.Ordinal)).ToList();

        Assert.NotEmpty(targets);
        Assert.Every(targets, target => Assert.True(Path.Exists(Path.Combine(SourceTree.Root, target)), target));
    }

    [Fact]
    public void Every_name_in_the_lists_is_in_the_catalogue()
    {
        var page = SourceTree.Read("docs/names.md");
        Assert.Every(CatalogSections.All, section =>
        {
            var row = Regex.Match(page, $@"^\| {section.Plural} \| (.*) \|", RegexOptions.Multiline).Groups[1].Value;
            Assert.Equal(section.Names(), row.Split(", ").Select(name => name.Trim('`')));
        });
    }

    [Fact]
    public void The_example_algorithm_without_pull_is_FedAvg_to_the_bit() =>
        Assert.Equal(Train(new FedAvg(0.9)), Train(new FedProx(0.9, 0)));

    [Fact]
    public void The_example_algorithm_stays_closer_to_what_it_received()
    {
        var start = TinyFederation.Initial(TinyFederation.Experiment).Values.ToArray();
        double Distance(FederatedAlgorithm algorithm) => Train(algorithm).Zip(start, (w, w0) => Math.Pow(w - w0, 2)).Sum();

        Assert.True(Distance(new FedProx(0.9, 10)) < Distance(new FedAvg(0.9)));
    }

    [Fact]
    public void The_example_model_can_be_built() =>
        Assert.Equal(10, ThreeConv.Create(new SampleShape(3, 24, 24), 10, new ModelOptions { HiddenSize = 4 }).Outputs);

    [Fact]
    public void The_example_data_set_can_be_read()
    {
        using var folder = new TemporaryDirectory();
        File.WriteAllBytes(
            Path.Combine(folder.Path, "parcels-train.bin"),
            [.. Enumerable.Range(0, 6).SelectMany(i => new byte[257].Select((_, k) => (byte)(k == 0 ? i % 3 : k)))]);
        File.WriteAllBytes(Path.Combine(folder.Path, "parcels-test.bin"), new byte[3 * 257]);

        var data = Parcels.Instance.Load(
            TinyFederation.Experiment with { Resize = 8 }, new DataLocations { DataPath = folder.Path, Offline = true }, RunObserver.None);

        Assert.Equal((6, 3, new SampleShape(1, 8, 8)), (data.Train.Count, data.Test!.Count, data.Train.Shape));
    }

    static float[] Train(FederatedAlgorithm algorithm)
    {
        var experiment = TinyFederation.Experiment;
        var data = TinyFederation.Data(experiment);
        var weights = TinyFederation.Initial(experiment);
        using var workspace = new Workspace(Catalog.Optimizers["SGD"](experiment));
        var task = new ClientTask(ClientWork.Train, 1, 0.05, weights, Mask.Dense(weights.Layout));
        var training = new LocalTraining(
            experiment, workspace, Catalog.Criteria["CrossEntropyLoss"], TinyFederation.Network(experiment), task, 0, data.Train,
            data.Clients[0].Train, new NoMemory(), default);
        algorithm.ClientUpdate(training, 5);
        return training.Values.ToArray();
    }

    [GeneratedRegex(@"\]\(([^)#]+)\)")]
    private static partial Regex Link();
}
