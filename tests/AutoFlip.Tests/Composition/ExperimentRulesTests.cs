namespace AutoFlip.Tests;

public class ExperimentRulesTests
{
    static readonly Experiment Sound = new();

    /// <summary>A unit that comes back as zeros gets no gradient: each weight's is a product with the other side's.</summary>
    static readonly Experiment DeadUnits = Sound with { MaskRefresh = MaskRefresh.Cohort, Regrow = Regrow.Zero };

    public static TheoryData<Experiment, string> Broken => new()
    {
        { Sound with { Name = "a/b" }, "Experiment.Name: 'a/b'" },
        { Sound with { Name = ".." }, "Experiment.Name: '..'" },
        { Sound with { Name = new string('x', 101) }, "Experiment.Name: 'xxx" },
        { Sound with { TestFraction = 0.91 }, "Experiment.TestFraction: '0.91'" },
        { Sound with { SampleFraction = 0 }, "Experiment.SampleFraction: '0'" },
        { Sound with { ColorJitter = 0.6 }, "Experiment.ColorJitter: '0.6'" },
        { Sound with { Dropout = 1 }, "Experiment.Dropout: '1'" },
        { Sound with { Concentration = double.PositiveInfinity }, "Experiment.Concentration" },
        { Sound with { PruneFraction = 1 }, "Experiment.PruneFraction: '1'" },
        { Sound with { ExplorerFraction = 0 }, "Experiment.ExplorerFraction: '0'" },
        { Sound with { DenseRounds = -1 }, "Experiment.DenseRounds: '-1'" },
        { Sound with { Rounds = 10, DenseRounds = 10 }, "Experiment.DenseRounds: '10'" },
        { Sound with { Rounds = 0 }, "Experiment.Rounds: '0'" },
        { Sound with { CohortFraction = 1.01 }, "Experiment.CohortFraction: '1.01'" },
        { Sound with { ServerMomentum = double.NaN }, "Experiment.ServerMomentum: 'NaN'" },
        { Sound with { LearningRateDecayStep = 0 }, "Experiment.LearningRateDecayStep: '0'" },
        { Sound with { EvaluationScope = EvaluationScope.Local, TestFraction = 0 }, "Experiment.EvaluationScope: 'local'" },
        { Sound with { ClassesPerClient = 11 }, "Experiment.ClassesPerClient: '11' is not accepted. Accepted: 1 to 10, "
            + "the classes of CIFAR10." },
        { Sound with { Metrics = ["acc1", "accuracy"] }, "Experiment.Metrics: there is no metric 'accuracy'." },
        { DeadUnits, "Experiment.Regrow: 'zero' is not accepted. Accepted: keep under Experiment.Pruning hybrid, " },
        { DeadUnits with { Pruning = PruningKind.Structured }, "Experiment.Regrow: 'zero' is not accepted. Accepted: keep under " },
        { Sound with { Guidance = "salience" }, "Experiment.Guidance: there is no guidance 'salience'." },
    };

    [Theory, MemberData(nameof(Broken))]
    public void Broken_rule_is_one_sentence_that_names_option_and_value(Experiment experiment, string sentence)
    {
        var violation = Assert.Single(ExperimentRules.Violations(experiment));

        Assert.StartsWith(sentence, violation, StringComparison.Ordinal);
        Assert.Contains("Accepted: ", violation, StringComparison.Ordinal);
        Assert.Equal(ExitCode.BadRequest, Assert.Throws<AutoFlipException>(() => ExperimentRules.Check(experiment)).Code);
    }

    public static TheoryData<Experiment> Edges => new()
    {
        Sound,
        Sound with { TestFraction = 0, BatchSize = 0, CohortFraction = 0, PruneFraction = 0, Resize = 0, ServerMomentum = 0 },
        Sound with { Rounds = 1, LearningRateDecayStep = 1 }, // the reference refuses this; a decay that never comes harms nothing
        Sound with { Rounds = 10, DenseRounds = 9 },
        Sound with { ClassesPerClient = 11, Partition = "iid" }, // not read under iid
        Sound with { PruneFraction = 0.9999m, TestFraction = 0.9, ExplorerFraction = 1, CohortFraction = 1 },
        DeadUnits with { Pruning = PruningKind.Unstructured },
        DeadUnits with { StructuredShare = 0 },
        DeadUnits with { PruneFraction = 0 },
        DeadUnits with { MaskRefresh = MaskRefresh.Once },
        DeadUnits with { Pruner = "random" },
        DeadUnits with { Pruner = "prunefl", Pruning = PruningKind.Structured }, // has a rule of its own
        Sound with { Dataset = "cifar100", Model = "twocnn", Metrics = ["ACC1"] },
    };

    [Theory, MemberData(nameof(Edges))]
    public void Edge_of_the_accepted_is_accepted(Experiment experiment) => Assert.Empty(ExperimentRules.Violations(experiment));

    [Fact]
    public void Resolving_gives_every_name_in_its_catalogues_spelling_and_each_metric_once()
    {
        var resolved = ExperimentRules.Resolve(Sound with
        {
            Dataset = "cifar-10",
            Model = "TWOCNN_gtl",
            Optimizer = "adam",
            Criterion = "crossentropyloss",
            Initialization = "Xavier",
            Partition = "PATHO",
            Metrics = ["Acc1", "acc1"],
            Algorithm = "FEDAVG",
            Pruner = "None",
        });

        Assert.Equal(
            ("CIFAR10", "TwoCNN", "Adam", "CrossEntropyLoss", "xavier", "patho", "fedavg", "none"),
            (resolved.Dataset, resolved.Model, resolved.Optimizer, resolved.Criterion, resolved.Initialization, resolved.Partition,
                resolved.Algorithm, resolved.Pruner));
        Assert.Equal(["acc1"], resolved.Metrics);
        Assert.Equal(ExperimentFile.Write(resolved), ExperimentFile.Write(ExperimentRules.Resolve(resolved))); // twice is once
    }

    [Theory]
    [InlineData("clint", "clients", "clients,rounds")]
    [InlineData("TWOCN", "TwoCNN", "LeNet,TwoCNN,TwoNN")]
    [InlineData("acc", "acc1", "acc1,acc5")]
    [InlineData("xyz", null, "clients,rounds")]
    public void Nearest_name_is_suggested_when_it_is_near(string typed, string? expected, string accepted) =>
        Assert.Equal(expected, Nearest.To(typed, accepted.Split(',')));

    [Theory]
    [InlineData("", "abc", 3)]
    [InlineData("abc", "acb", 1)] // one swap of neighbours
    [InlineData("kitten", "sitting", 3)] // k to s, e to i, g added
    public void Distance_counts_edits(string a, string b, int edits) => Assert.Equal(edits, Nearest.Distance(a, b));
}
