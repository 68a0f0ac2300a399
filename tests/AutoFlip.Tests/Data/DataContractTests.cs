using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace AutoFlip.Tests;

/// <summary>What server and clients agree on about data, as a file.</summary>
public sealed class DataContractTests : IDisposable
{
    readonly TemporaryFolder _folder = new();

    static readonly DataContract Contract = new()
    {
        Task = LearningTask.Classification("<b>", "ö", "c"),
        Recipe = new ImageRecipe(1, 4, 4, [0.485f], [0.229f]),
    };

    public void Dispose() => _folder.Dispose();

    static ImmutableArray<DataContract> Kinds =>
    [
        Contract,
        Contract with
        {
            Task = LearningTask.Regression,
            Recipe = new TableRecipe([
                new("a", ColumnKind.Number, [], true)
                {
                    Mean = 0.1 + 0.2,
                    Deviation = 1 / 3.0,
                    Decimal = DecimalMark.Comma,
                    Missing = ["x"],
                },
                new("b", ColumnKind.Category, ["X", "x", "ä"], false), new("c", ColumnKind.Flag, [], false),
                new("d", ColumnKind.Date, [], false) { DateStyle = "ISO 8601" }]),
            Columns = new("price", null),
        },
        Contract with { Recipe = new WordRecipe(["<PAD>", "<UNK>", "\""], 5) { PaddingBehind = true }, Columns = new("label", "review") },
        Contract with { Recipe = new WordPieceRecipe(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "##a"], 5) { KeepsCase = true } },
        Contract with { Task = LearningTask.Labelling("a", "b"), Recipe = new SequenceRecipe(["<PAD>", "<UNK>"], 5) },
        Contract with { Recipe = new CharacterRecipe(LeafShakespeare.Alphabet, 80) },
        Contract with { Recipe = new NumberRecipe(3, 2, 1, 9) },
    ];

    [Fact]
    public void Contracts_survive_their_way_through_a_file() => Assert.Every(Kinds, contract =>
    {
        contract.Write(_folder["contract.json"]);

        var read = DataContract.Load(_folder["contract.json"]);

        Assert.Equal(contract.ToJson(), read.ToJson());
        Assert.Equal((contract.Sha256, contract.Shape, contract.Vocabulary), (read.Sha256, read.Shape, read.Vocabulary));
        Assert.Equal(contract.Task.ClassNames, read.Task.ClassNames);
        Assert.Equal(contract.Columns, read.Columns);
    });

    [Fact]
    public void Sha256_is_that_of_the_file_however_the_file_was_laid_out()
    {
        Contract.Write(_folder["contract.json"]);
        var pretty = JsonNode.Parse(Contract.ToJson())!.ToJsonString(new() { WriteIndented = true });

        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(_folder["contract.json"]))), Contract.Sha256);
        Assert.NotEqual(Contract.ToJson(), pretty);
        Assert.Equal(Contract.Sha256, DataContract.Parse(pretty, "test").Sha256);
    }

    [Fact]
    public void Any_difference_is_another_sha256() => Assert.Equal(
        Kinds.Length + 2,
        Kinds.Append(Contract with { Task = LearningTask.Classification("ö", "<b>", "c") })
            .Append(Contract with { Columns = new("c", null) }).Select(contract => contract.Sha256).Distinct().Count());

    [Theory]
    [InlineData("schema", "2", "its schema is 2")]
    [InlineData("schema", "-1", "at $.schema a number of at least 0 is expected")]
    [InlineData("task", "null", "damaged")]
    [InlineData("task.kind", "\"nothing\"", "at $.task.kind one of classification, labelling, regression is expected")]
    [InlineData("task.kind", "\"regression\"", "numbers have no classes")]
    [InlineData("task.class_names", "null", "damaged")]
    [InlineData("task.class_names", "[\"a\"]", "at least two classes are needed, there are 1")]
    [InlineData("task.class_names", "[\"a\",null]", "at $.task.class_names[1] a value is expected instead of null")]
    [InlineData("task.class_names", "[\"a\",\"b\",\"a\"]", "two of its classes have the same name")]
    [InlineData("recipe", "{}", "the kind of an object is not named")]
    [InlineData("recipe.channels", "2", "image shape is not valid")]
    [InlineData("recipe.height", "2147483647", "image shape is not valid")]
    [InlineData("recipe.deviation", "[0]", "no number to scale by")]
    [InlineData(
        "recipe",
        "{\"kind\":\"table\",\"columns\":[{\"name\":\"a\",\"kind\":\"category\",\"categories\":[\"b\",\"a\"],\"flags_missing\":false}]}",
        "the categories of the column 'a' are not in order")]
    [InlineData("columns", "{\"target\":null}", "damaged")]
    public void A_contract_that_cannot_be_is_refused_with_its_reason(string field, string json, string reason)
    {
        var contract = JsonNode.Parse(Contract.ToJson())!;
        var path = field.Split('.');
        path[..^1].Aggregate(contract, (node, name) => node[name]!)[path[^1]] = JsonNode.Parse(json);

        var error = Assert.Throws<AutoFlipException>(() => DataContract.Parse(contract.ToJsonString(), "test"));

        Assert.Equal(ExitCode.BadData, error.Code);
        Assert.Matches("^'test'(, data contract, is damaged: | is not usable: this data contract is wrong: )", error.Message);
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("{\"schema\":1,\"schema\":1}")]
    public void Text_that_is_no_contract_is_refused(string text) => Assert.Matches(
        "^'test', data contract, is damaged: .+; a later version of the program may have written it\\.$",
        Assert.Throws<AutoFlipException>(() => DataContract.Parse(text, "test")).Message);

    [Fact]
    public void A_file_that_is_no_text_or_not_there_is_refused_by_name()
    {
        _folder.Write("bad.json", [.. Encoding.UTF8.GetBytes("{\"a\":\""), 0xFF]);

        foreach (var name in (string[])["bad.json", "none.json"])
        {
            var error = Assert.Throws<AutoFlipException>(() => DataContract.Load(_folder[name]));

            Assert.Equal(ExitCode.BadData, error.Code);
            Assert.Contains(_folder[name], error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_contract_holds_neither_paths_nor_owners_nor_samples()
    {
        _folder.Write("secret-place/people.csv", Encoding.UTF8.GetBytes(
            "who,age,income\nalice,31.25,low\nalice,47.75,high\nbob,52.5,low\nbob,38.5,high\nalice,0,low\n"));
        var experiment = new Experiment
        {
            Dataset = $"csv:{_folder["secret-place/people.csv"]}",
            Target = "income",
            Owner = "who",
            Partition = "pre",
        };

        var text = FederatedData.Load(experiment, new() { Offline = true }, ILoadObserver.None).Contract.ToJson();

        foreach (var secret in (string[])["secret", "people", "alice", "bob", "who", "31.25", "47.75", "52.5", "38.5"])
            Assert.DoesNotContain(secret, text, StringComparison.Ordinal);
        Assert.Contains("\"columns\":{\"target\":\"income\"}", text, StringComparison.Ordinal);
    }
}
