using AutoFlip.Cli;

namespace AutoFlip.Tests;

public class OptionParserTests
{
    // As the paper's authors print it, the missing dashes before "dataset" included.
    const string PaperCommand = """
        run --exp_name CIFAR10_0.30_1 --device cpu --seed 1709566899 dataset FashionMNIST --split_type patho --mincls 2 --test_fraction 0.2
        --rawsmpl 1.0 --resize 24 --randhf 0.5 --randjit 0.5 --model_name TwoCNN --hidden_size 32 --dropout 0 --num_layers 4 --init_type xavier
        --algorithm autoflip --eval_type both --eval_every 10 --eval_metrics acc1 acc5 f1 precision recall --K 20 --R 10 --E 5 --C 0.25 --B 350
        --beta 0.9 --optimizer Adam --lr 0.0003 --lr_decay 0.99 --lr_decay_step 1 --criterion CrossEntropyLoss --Patience_mask 40
        --epoochs_mask 3 --perc_clients_for_mask 1 --mask_pruining True --treeshold_pruining 0.30
        """;

    [Fact]
    public void Paper_command_runs_as_printed_and_its_slip_is_named()
    {
        var ended = Shell.Run(PaperCommand.Split((char[])[' ', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries));

        Assert.Equal(ExitCode.Done, ended.Exit);
        Assert.Contains("'dataset FashionMNIST' is read as '--dataset FashionMNIST'", ended.Error, StringComparison.Ordinal);
        var expected = new Experiment
        {
            Name = "CIFAR10_0.30_1",
            Seed = 1709566899,
            Dataset = "FashionMNIST",
            Rounds = 10,
            CohortFraction = 0.25,
            ExplorationEpochs = 3,
            ExplorerFraction = 1,
            PruneFraction = 0.30m,
            Algorithm = "fedavg",
            Pruner = "autoflip",
        };
        // all else is the reference's default
        Assert.Equal(ExperimentFile.Write(ExperimentRules.Resolve(expected)), ExperimentFile.Write(ended.Experiment!));
    }

    [Theory]
    [InlineData("--live", 8642), InlineData("--live 8080", 8080), InlineData("--live=0", 0), InlineData("--live --quiet", 8642)]
    [InlineData("x.json --seed 2", null)]
    public void Port_may_be_left_out(string words, int? port) =>
        Assert.Equal(port, new OptionParser("run", Settings.All).Parse(words.Split(' ')).Over(new Request()).Request.Show.Live);

    [Theory]
    [InlineData("--live=x"), InlineData("--live=-1"), InlineData("--live=65536")]
    public void Port_that_is_none_is_refused(string word) =>
        Assert.Contains("--live", Shell.Run("run", word).Error, StringComparison.Ordinal);

    [Fact]
    public void Directory_after_live_is_a_directory() =>
        Assert.Equal(["a", "b"], new OptionParser("report", [Settings.Live]).Parse(["a", "--live", "b"]).Over(new Request()).Positionals);

    [Theory]
    [InlineData("", "fedavg autoflip")]
    [InlineData("--algorithm autoflip", "fedavg autoflip")]
    [InlineData("--algorithm Autoflip", "fedavg autoflip")]
    [InlineData("--algorithm fedavg", "fedavg none")]
    [InlineData("--algorithm FedAvg --pruner AutoFlip", "fedavg autoflip")]
    [InlineData("--pruner random", "fedavg random")]
    [InlineData("--random_pruning True", "fedavg random")]
    [InlineData("--random_pruning False", "fedavg autoflip")]
    [InlineData("--random_pruning True --algorithm fedavg", "fedavg random")]
    [InlineData("--mask_pruining False", "fedavg none")]
    [InlineData("--mask_pruining True --algorithm fedavg", "fedavg none")]
    [InlineData("--mask_pruining False --random_pruning True", "fedavg random")]
    [InlineData("--pruner none --prune False", "fedavg none")]
    public void Method_follows_from_its_options_in_any_order(string options, string method)
    {
        var words = options.Split(' ', StringSplitOptions.RemoveEmptyEntries);

        foreach (var ended in (Shell.Ended[])[Shell.Run(["run", "--quiet", .. words]), Shell.Run(["run", .. words, "--quiet"])])
            Assert.Equal(method, $"{ended.Experiment!.Algorithm} {ended.Experiment.Pruner}");
    }

    [Theory]
    [InlineData("--preset paper --guidance fisher"), InlineData("--guidance fisher --preset PAPER")]
    public void Options_override_a_preset_wherever_they_are(string options)
    {
        var paper = Shell.Run(["run", .. options.Split(' ')]).Experiment!;

        Assert.Equal(
            (PruningKind.Unstructured, "fisher", GuidanceScale.MinMax, 0, false, false, MaskRefresh.Cohort),
            (paper.Pruning, paper.Guidance, paper.GuidanceNormalization, paper.DenseRounds!.Value, paper.KeepNorm, paper.ScaleLearningRate,
                paper.MaskRefresh));
    }

    [Fact]
    public void A_preset_that_does_not_exist_is_refused() => Assert.Contains(
        "there is no preset 'papers'. Accepted: paper, fedsgd.", Shell.Run("run", "--preset", "papers").Error, StringComparison.Ordinal);

    [Theory]
    [InlineData("--clients=7", 7)]
    [InlineData("--K=7", 7)]
    [InlineData("--K 3 --clients 7", 7)]
    public void Value_may_follow_an_equals_sign_and_the_last_one_counts(string options, int clients)
    {
        var ended = Shell.Run(["run", .. options.Split(' ')]);

        Assert.Equal(clients, ended.Experiment!.Clients);
        Assert.Equal(
            options.Contains("3", StringComparison.Ordinal),
            ended.Error.Contains("given more than once; the last value, 7, counts", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("--imnorm --K 4", true)]
    [InlineData("--imnorm False --K 4", false)]
    [InlineData("--imnorm=yes --K 4", true)]
    [InlineData("--K 4 --imnorm 0", false)]
    public void Flag_takes_a_boolean_but_nothing_else(string options, bool expected)
    {
        var ended = Shell.Run(["run", .. options.Split(' ')]);

        Assert.Equal((expected, 4), (ended.Experiment!.ImageNetNormalization, ended.Experiment.Clients));
    }

    [Fact]
    public void Names_are_found_in_any_case_and_options_are_not()
    {
        var ended = Shell.Run(
            "run", "--dataset", "DIGITS", "--model", "lenet", "--optimizer", "sgd", "--metrics", "ACC1", "F1,acc1", "--B", "5", "--beta",
            "0");

        Assert.Equal(("Digits", "LeNet", "SGD"), (ended.Experiment!.Dataset, ended.Experiment.Model, ended.Experiment.Optimizer));
        Assert.Equal(["acc1", "f1"], ended.Experiment.Metrics);
        Assert.Equal((5, 0.0), (ended.Experiment.BatchSize, ended.Experiment.ServerMomentum));
        Assert.Equal(ExitCode.BadRequest, Shell.Run("run", "--k", "5").Exit);
    }

    [Theory]
    [InlineData("--clint 3", "There is no option '--clint'. Did you mean '--clients'?")]
    [InlineData("--treshold_pruining=1", "There is no option '--treshold_pruining'. Did you mean '--treeshold_pruining'?")]
    [InlineData("--K three", "--clients (--K): 'three' is not accepted. Accepted: a whole number.")]
    [InlineData("--K", "--clients (--K): a value is missing.")]
    [InlineData("--K 0", "--clients (--K): '0' is not accepted. Accepted: a whole number of at least 1.")]
    [InlineData("--lr 1,5", "--learning-rate (--lr): '1,5' is not accepted. Accepted: a number, with a point for decimals.")]
    [InlineData("--seed -1", "--seed: '-1' is not accepted.")]
    [InlineData("--prune perhaps", "--prune (--mask_pruining): 'perhaps' is not accepted. Accepted: True or False.")]
    [InlineData("--mask-refresh cohrt", "--mask-refresh: 'cohrt' is not accepted. Accepted: cohort, once. Did you mean 'cohort'?")]
    [InlineData("--model TwoCN", "--model: there is no model 'TwoCN'.")]
    [InlineData("--model TwoCN", "Did you mean 'TwoNN'?", "Did you mean 'TwoCNN'?")]
    [InlineData("--device gpu", "--device: 'gpu' is not accepted. Accepted: cpu, cuda (the first GPU) or cuda:N (GPU N, from 0).")]
    [InlineData("--device cuda:x", "--device: 'cuda:x' is not accepted.")]
    [InlineData("--device cuda:1 --device_ids 0", "--device cuda:1 and --device-ids contradict each other.")]
    [InlineData("--device_ids a", "--device-ids: 'a' is not accepted. Accepted: one whole number or more.")]
    [InlineData("--pruning hybird", "--pruning: 'hybird' is not accepted.")]
    [InlineData("--structured-share 1.5", "--structured-share: '1.5' is not accepted.")]
    [InlineData("--wire fp23", "--wire: 'fp23' is not accepted. Accepted: fp32, fp16, int8.")]
    [InlineData("--wire-up int4", "--wire-up: 'int4' is not accepted. Accepted: fp32, fp16, int8. Did you mean 'int8'?")]
    [InlineData("--tb_port x", "--tb_port: 'x' is not accepted. Accepted: a whole number.")]
    [InlineData("--pruner autoflip --random_pruning True", "contradict each other: --random_pruning True means --pruner random.")]
    [InlineData("--workers 0", "--workers: '0' is not accepted. Accepted: a whole number from 1 to 1024.")]
    [InlineData("dataset", "'dataset' is neither an experiment file nor an option. Did you mean '--dataset'?")]
    [InlineData("nowhere.json", "'nowhere.json' is neither an experiment file nor an option.")]
    public void Bad_request_exits_with_2_and_says_what_is_accepted(string options, params string[] oneOf)
    {
        var ended = Shell.Run(["run", .. options.Split(' ')]);

        Assert.Equal(ExitCode.BadRequest, ended.Exit);
        Assert.StartsWith("autoflip: ", ended.Error, StringComparison.Ordinal);
        Assert.Contains(oneOf, sentence => ended.Error.Contains(sentence, StringComparison.Ordinal));
        Assert.DoesNotContain("   at ", ended.Error, StringComparison.Ordinal); // no stack trace
        Assert.Empty(ended.Out);
        Assert.Null(ended.Experiment);
    }

    [Fact]
    public void Every_violation_is_reported_at_once()
    {
        var ended = Shell.Run("run", "--K", "0", "--C", "2", "--dataset", "cifar1");

        Assert.Equal(3, ended.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
    }

    [Fact]
    public void Contradiction_that_can_be_resolved_is_resolved_with_a_warning()
    {
        var ended = Shell.Run("run", "--algorithm", "autoflip", "--pruner", "random");

        Assert.Equal("random", ended.Experiment!.Pruner);
        Assert.Contains("--pruner random takes that pruner's place", ended.Error, StringComparison.Ordinal);
    }
}
