using System.Globalization;
using AutoFlip.Cli;

namespace AutoFlip.Tests;

/// <summary>From a folder of transformers to a pruned model and back, by commands.</summary>
[Trait("speed", "slow")] // simulations
public sealed class PretrainedCommandTests : IDisposable
{
    readonly TemporaryDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    string[] FineTuning(string model, params string[] more)
    {
        var rows = Enumerable.Range(0, 30).Select(i => string.Create(
            CultureInfo.InvariantCulture, $"{"ab"[i % 2]} {(char)('c' + i % 7)},{"yn"[i % 2]}"));
        File.WriteAllText(_folder["reviews.csv"], "review,label\n" + string.Join('\n', rows));
        return
        [
            "run", "--dataset", $"csv:{_folder["reviews.csv"]}", "--text", "review", "--target", "label", "--model", model,
            "--partition", "iid", "--clients", "2", "--cohort-fraction", "1", "--rounds", "2", "--local-epochs", "1", "--seq-len", "6",
            "--batch-size", "8", "--pruner", "autoflip", "--prune-fraction", "0.3", "--result-path", _folder["runs"], "--quiet",
            "--offline", .. more,
        ];
    }

    [Fact]
    public void A_model_is_fine_tuned_pruned_used_exported_and_fine_tuned_again()
    {
        var path = GoldenCheckpoint.Of("MobileBert").Write(_folder["model"]);

        var ended = Run("mobilebert", "--use_pt_model", path, "--use_model_tokenizer");

        Assert.Equal(ExitCode.Done, ended.Exit);
        Assert.Equal(
            "autoflip: warning: The last layer (classifier.weight, classifier.bias) is drawn: the file has none.\n", ended.Error);
        var run = ended.Lines[0];
        var predicted = Shell.Run(["predict", run, "-"], step: null, input: "a c\nb d\n");
        Assert.Equal((ExitCode.Done, 2), (predicted.Exit, predicted.Lines.Length));
        var figures = Shell.Run("evaluate", run, "--split", "train");
        Assert.Equal((ExitCode.Done, ""), (figures.Exit, figures.Error));

        Shell.Run("export", run, "-o", _folder["x.safetensors"]);
        string[] evaluate = ["evaluate", _folder["x.safetensors"], "--split", "train", "--dataset", $"csv:{_folder["reviews.csv"]}"];
        Assert.Contains("Give the path: --tokenizer wordpiece:PATH", Shell.Run(evaluate).Error, StringComparison.Ordinal);
        Assert.Equal(figures.Lines[2..], Shell.Run([.. evaluate, "--tokenizer", $"wordpiece:{path}"]).Lines[2..]);

        var exported = Shell.Run("export", run, "--format", "huggingface", "-o", _folder["out"]);
        Assert.Equal((ExitCode.Done, $"{_folder["out"]}\n"), (exported.Exit, exported.Out));
        Assert.Contains("with zeros for removed weights", exported.Error, StringComparison.Ordinal);
        var again = Run("MobileBert", "--pretrained", _folder["out"]);
        Assert.Equal((ExitCode.Done, ""), (again.Exit, again.Error));
    }

    Shell.Ended Run(string model, params string[] more) =>
        Shell.Run(FineTuning(model, more), step: null, engine: Engine.Default);

    [Theory]
    [InlineData("--pretrained FOLDER --hidden-size 24", "--hidden-size (--hidden_size): '24' is not accepted. Accepted: 12, as in '")]
    [InlineData("--pretrained FOLDER --seq-len 11", "--seq-len (--seq_len): '11' is not accepted. Accepted: 1 to 10, the positions in '")]
    [InlineData("--pretrained FOLDER --model LeNet", "--model (--model_name): 'LeNet' is not accepted. Accepted: DistilBert, the")]
    [InlineData(
        "--pretrained FOLDER --tokenizer words --use_model_tokenizer",
        "--tokenizer words and --use_model_tokenizer contradict each other")]
    [InlineData("--use_model_tokenizer", "--tokenizer model: it is the vocabulary of --pretrained, which is not given.")]
    public void Options_that_contradict_the_folder_are_refused(string options, string sentence)
    {
        var path = GoldenCheckpoint.Of("DistilBert").Write(_folder["model"]);

        var ended = Shell.Run(FineTuning("DistilBert", options.Replace("FOLDER", path, StringComparison.Ordinal).Split(' ')));

        Assert.Equal(ExitCode.BadRequest, ended.Exit);
        Assert.Contains(sentence, ended.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder["runs"]));
    }

    [Fact]
    public void Without_a_path_the_flag_of_the_paper_takes_no_word_after_it()
    {
        var parsed = new OptionParser("run", Settings.All).Parse(["--use_pt_model", "--seed", "3"]).Over(new Request());

        Assert.Equal((3ul, ""), (parsed.Request.Experiment.Seed, parsed.Request.Experiment.Pretrained));
        Assert.StartsWith(
            "--use_pt_model has no effect: no weights are downloaded", Assert.Single(parsed.Warnings), StringComparison.Ordinal);
        var named = new OptionParser("run", Settings.All).Parse(["--use-pt-model=dir"]).Over(new Request());
        Assert.Equal(("dir", 0), (named.Request.Experiment.Pretrained, named.Warnings.Count));
    }

    [Fact]
    public void A_folder_is_refused_for_a_small_model()
    {
        var ended = Shell.Run("export", "anything", "--format", "huggingface", "--small");

        Assert.Equal(ExitCode.BadRequest, ended.Exit);
        Assert.Contains("--small and --format huggingface contradict each other", ended.Error, StringComparison.Ordinal);
    }
}
