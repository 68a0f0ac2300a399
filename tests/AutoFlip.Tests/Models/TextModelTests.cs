namespace AutoFlip.Tests;

/// <summary>Networks that read tokens or steps.</summary>
public class TextModelTests
{
    static readonly ModelOptions Options = new() { HiddenSize = 4, LayerCount = 3, Dropout = 0.25, EmbeddingCount = 20, EmbeddingSize = 5 };

    [Fact]
    public void A_network_knows_whether_it_reads_tokens_and_how_many_there_are()
    {
        Assert.Equal(20, NextCharLstm.Create(new(7, 1, 1), 3, Options).Vocabulary);
        Assert.Equal(20, NextWordLstm.Create(new(7, 1, 1), 20, Options).Vocabulary);
        Assert.Null(GruClassifier.Create(new(1, 7, 2), 3, Options).Vocabulary);
        Assert.Equal(20, NextCharLstm.Create(new(7, 1, 1), 3, Options).WithWidths(_ => 1).Vocabulary); // rows are never pruned
    }

    [Theory, InlineData("NextCharLSTM", 3), InlineData("NextWordLSTM", 20), InlineData("GRUClassifier", 3)]
    public void Options_decide_layers_cells_and_embeddings(string model, int outputs)
    {
        var network = Catalog.Models[model](model == "GRUClassifier" ? new(1, 7, 5) : new(7, 1, 1), outputs, Options);

        Assert.Equal(3, network.Nodes.Count(node => node.Layer is Recurrent { Hidden: 4 }));
        // between layers
        Assert.Equal([0.25, 0.25], network.Nodes.Select(node => node.Layer).OfType<Dropout>().Select(layer => layer.Rate));
        Assert.Equal(model == "GRUClassifier" ? [] : [new Embedding(20, 5)], network.Nodes.Select(node => node.Layer).OfType<Embedding>());
    }

    [Fact]
    public void NextWordLSTM_scores_its_tokens_at_every_step_and_nothing_else()
    {
        Assert.Equal([7, 20], NextWordLstm.Create(new(7, 1, 1), 20, Options).Nodes[^1].OutputShape);

        var error = Assert.Throws<AutoFlipException>(() => NextWordLstm.Create(new(7, 1, 1), 10, Options));

        Assert.Equal(ExitCode.BadRequest, error.Code);
        Assert.Equal(
            "Experiment.Model NextWordLSTM: it scores the tokens that it reads, so Experiment.EmbeddingCount must be the number of "
            + "outputs, 10, and not 20.",
            error.Message);
    }

    [Fact]
    public void Experiments_say_how_many_tokens_there_are_and_how_wide()
    {
        var options = ModelOptions.Of(new Experiment { EmbeddingCount = 80, EmbeddingSize = 8 });

        Assert.Equal((80, 8), (options.EmbeddingCount, options.EmbeddingSize));
    }

    [Fact]
    public void A_network_too_large_for_its_vector_is_refused_and_not_a_defect()
    {
        // 2^31.6 weights
        var error = Assert.Throws<AutoFlipException>(() => TwoNn.Create(new(3, 1024, 1024), 10, new ModelOptions { HiddenSize = 1024 }));

        Assert.StartsWith(
            "Experiment.Model TwoNN: it would have more than 2147483647 parameters.", error.Message, StringComparison.Ordinal);
    }
}
