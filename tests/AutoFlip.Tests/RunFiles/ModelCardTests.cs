using System.Text.Json.Nodes;
using CsCheck;

namespace AutoFlip.Tests;

public class ModelCardTests
{
    public static ModelCard Card { get; } = new()
    {
        Version = "1.2.3",
        Model = "TwoNN",
        Options = new ModelOptions { HiddenSize = 6, Dropout = 0.25 },
        Input = new ImageRecipe(1, 4, 4, [0.485f], [0.229f]),
        Task = TaskKind.Classification,
        Classes = ["<b>", "ö", "c"],
        Outputs = 3,
        Dataset = "mine",
        ExperimentSha256 = "00",
        Round = 7,
    };

    static ModelCard Parse(string text) => ModelCard.Parse(text, "test");

    static string With(string field, string json)
    {
        var card = JsonNode.Parse(ModelCard.ToJson(Card))!;
        var path = field.Split('.');
        var at = path[..^1].Aggregate(card, (node, name) => node[name]!);
        at[path[^1]] = JsonNode.Parse(json);
        return card.ToJsonString();
    }

    [Fact]
    public void Cards_survive_their_way_through_a_file()
    {
        InputRecipe[] recipes =
        [
            Card.Input,
            new TableRecipe([
                new("a", ColumnKind.Number, [], true) { Mean = 0.1 + 0.2, Deviation = 1 / 3.0 },
                new("b", ColumnKind.Category, ["x", "y"], false)]),
            new WordRecipe(["<PAD>", "<UNK>", "\""], 5) { PaddingBehind = true }, new SequenceRecipe(["<PAD>", "<UNK>"], 5),
            new WordPieceRecipe(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "##a"], 5) { KeepsCase = true, PaddingBehind = true },
            new CharacterRecipe(LeafShakespeare.Alphabet, 80), new NumberRecipe(3, 2, 1, 9),
        ];
        foreach (var recipe in recipes)
        {
            var card = Card with
            {
                Input = recipe,
                CutOff = 0.3,
                Widths = Card.WithWidthsOf(Card.BuildNetwork("test")).Widths,
                ModelSha256 = "ff"
            };

            var read = Parse(ModelCard.ToJson(card));

            Assert.Equal(ModelCard.ToJson(card), ModelCard.ToJson(read));
            Assert.Equal(recipe.Shape, read.Input.Shape);
            Assert.Equal(recipe.Vocabulary, read.Input.Vocabulary);
        }
    }

    [Fact]
    public void Fields_of_later_versions_are_passed_over() => Assert.Equal(7, Parse(With("added_later", "[1]")).Round);

    [Theory]
    [InlineData("schema", "2", "its schema is 2")]
    [InlineData("schema", "0", "its schema is 0")]
    [InlineData("task", "1", "at $.task one of classification, labelling, regression is expected")]
    [InlineData("task", "\"nothing\"", "damaged")]
    [InlineData("task", "\"regression\"", "numbers have no classes")]
    [InlineData("classes", "null", "damaged")]
    [InlineData("classes", "[]", "at least two classes are needed, there are 0")]
    [InlineData("classes", "[\"a\",null,\"b\"]", "at $.classes[1] a value is expected instead of null")]
    [InlineData("classes", "[\"a\",\"b\",\"c\",\"d\"]", "3 outputs do not speak about 4 classes")]
    [InlineData("classes", "[\"a\",\"b\"]", "3 outputs do not speak about 2 classes")]
    [InlineData("outputs", "-1", "at $.outputs a number of at least 0 is expected")]
    [InlineData("cut_off", "1.5", "no probability")]
    [InlineData("model", "null", "at $.model text is expected")]
    [InlineData("options", "null", "at $.options an object is expected")]
    [InlineData("options.hidden_size", "0", "out of range")]
    [InlineData("options.hidden_size", "2147483647", "out of range")]
    [InlineData("options.layer_count", "2000000000", "out of range")]
    [InlineData("options.width_multiplier", "1e300", "out of range")]
    [InlineData("input", "null", "damaged")]
    [InlineData("input", "{}", "the kind of an object is not named")]
    [InlineData("input", "{\"kind\":\"magic\"}", "damaged")]
    [InlineData("input", "{\"kind\":\"image\"}", "damaged")]
    [InlineData("input.channels", "2", "image shape is not valid")]
    [InlineData("input.height", "2147483647", "image shape is not valid")]
    [InlineData("input.mean", "[]", "one mean and deviation for each channel")]
    [InlineData("input.deviation", "[0]", "no number to scale by")]
    [InlineData("input", "{\"kind\":\"table\",\"columns\":[]}", "a row needs 1 to 16777216 values")]
    [InlineData("input", "{\"kind\":\"table\",\"columns\":[null]}", "at $.input.columns[0] a value is expected instead of null")]
    [InlineData(
        "input", "{\"kind\":\"table\",\"columns\":[{\"name\":\"a\",\"kind\":\"owner\",\"categories\":[],\"flags_missing\":false}]}",
        "of a kind that is not read")]
    [InlineData(
        "input", "{\"kind\":\"table\",\"columns\":[{\"name\":\"a\",\"kind\":\"category\",\"categories\":[null],\"flags_missing\":false}]}",
        "at $.input.columns[0].categories[0] a value is expected instead of null")]
    [InlineData(
        "input", "{\"kind\":\"words\",\"words\":[\"a\",null],\"length\":5}", "at $.input.words[1] a value is expected instead of null")]
    [InlineData("input", "{\"kind\":\"words\",\"words\":[\"a\",\"b\"],\"length\":2000000000}", "and a text 1 to 65536 steps")]
    [InlineData("input", "{\"kind\":\"characters\",\"alphabet\":\"\",\"length\":5}", "and a text 1 to 65536 steps")]
    [InlineData("input", "{\"kind\":\"numbers\",\"channels\":100000,\"height\":100000,\"width\":1}", "sample shape is not valid")]
    [InlineData(
        "input", "{\"kind\":\"numbers\",\"channels\":1,\"height\":1,\"width\":1,\"tokens\":-3}",
        "at $.input.tokens a number of at least 0 is expected")]
    public void A_card_that_cannot_be_is_refused_with_its_reason(string field, string json, string reason)
    {
        var error = Assert.Throws<AutoFlipException>(() => Parse(With(field, json)));

        Assert.Equal(ExitCode.BadData, error.Code);
        Assert.Matches("^'test'(, model card, is damaged: | is not usable: its model card is wrong: )", error.Message);
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("{\"schema\":1,\"schema\":1}")]
    [InlineData("{\"model\":\"\\ud800\"}")]
    public void Text_that_is_no_card_is_refused(string text) =>
        Assert.Matches(
            "^'test', model card, is damaged: .+; a later version of the program may have written it\\.$",
            Assert.Throws<AutoFlipException>(() => Parse(text)).Message);

    [Theory]
    [InlineData("model", "\"NoSuchNet\"", "cannot be built: Experiment.Model: there is no model 'NoSuchNet'")]
    [InlineData("model", "\"NextCharLSTM\"", "disagrees with its model card")] // images, to a network of tokens
    [InlineData("model", "\"MobileViT\"", "cannot be built")] // 4 x 4 pixels are too few
    [InlineData("widths", "{}", "gives 'features.1' no width of 1 to 6")]
    [InlineData("widths", "{\"features.1\":7,\"features.3\":6}", "gives 'features.1' no width of 1 to 6")]
    [InlineData("widths", "{\"features.1\":0,\"features.3\":6}", "gives 'features.1' no width of 1 to 6")]
    public void A_network_that_cannot_be_is_refused_with_its_reason(string field, string json, string reason)
    {
        var error = Assert.Throws<AutoFlipException>(() => Parse(With(field, json)).BuildNetwork("test"));

        Assert.Equal(ExitCode.BadData, error.Code);
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(SmallModels.Names), MemberType = typeof(SmallModels))]
    public void Widths_by_group_rebuild_any_small_network(string name)
    {
        var full = SmallModels.Create(name);
        var small = full.WithWidths(group => Math.Max(group.Width - 1, 1));
        var labelling = SmallModels.ScoresTokens(name);
        var card = (Card with
        {
            Model = name,
            Options = SmallModels.Of(name).Options,
            Input = new NumberRecipe(full.Input.Channels, full.Input.Height, full.Input.Width, full.Vocabulary),
            Task = labelling ? TaskKind.Labelling : TaskKind.Classification,
            Classes = [.. Enumerable.Range(0, full.Outputs).Select(c => $"{c}")],
            Outputs = full.Outputs,
        }).WithWidthsOf(small);

        var rebuilt = Parse(ModelCard.ToJson(card)).BuildNetwork("test");

        Assert.Equal(small.Layout, rebuilt.Layout);
        Assert.Equal(small.MacsPerSample, rebuilt.MacsPerSample);
        Assert.Equal(full.Groups.Length, full.Groups.Select(group => group.Name).Distinct().Count());
    }

    [Fact]
    public void No_card_ends_in_anything_but_a_network_or_one_sentence()
    {
        static Gen<T> OneOf<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);
        var refused = 0;
        var anySize = OneOf(1, 2, 3, 28, 224, 4096, 65536, 1 << 24, int.MaxValue, -1);
        var options = Gen.Select(
            anySize, anySize, anySize, anySize, anySize, OneOf(1e-300, 0.5, 1, 16), (hidden, layers, depth, widen, embedding, factor) =>
            new ModelOptions
            {
                HiddenSize = hidden,
                LayerCount = layers,
                Depth = depth,
                WidenFactor = widen,
                EmbeddingCount = embedding,
                EmbeddingSize = hidden,
                WidthMultiplier = factor
            });
        Gen.Select(OneOf<string>([.. Catalog.Models.Names]), options, anySize, anySize, anySize, OneOf<int?>(null, 2, 1 << 24), Gen.Bool)
            .Sample((name, told, channels, height, width, tokens, labelling) =>
        {
            var card = Card with
            {
                Model = name,
                Options = told,
                Input = new NumberRecipe(channels, height, width, tokens),
                Task = labelling ? TaskKind.Labelling : TaskKind.Classification,
            };
            try
            {
                Parse(ModelCard.ToJson(card)).BuildNetwork("test"); // few can be built, in some runs none
            }
            catch (AutoFlipException e)
            {
                Assert.Equal(ExitCode.BadData, e.Code);
                Assert.DoesNotContain(e.Message, ForeignText.IsUnsafe);
                refused++;
            }
        }, iter: 3000, threads: 1);
        Assert.True(refused > 0);
    }

    [Fact]
    public void A_cut_off_is_the_float_that_was_fitted_after_its_way_through_a_probability()
    {
        // Cut-offs are edges of bins of logits: see ScoreCounts.
        for (var logit = -20f; logit <= 20; logit += 1 / 64f)
            Assert.Equal(logit, (Card with { CutOff = 1 / (1 + Math.Exp(-(double)logit)) }).CutOffLogit);
        Assert.Equal(0, Card.CutOffLogit);
    }
}
