namespace AutoFlip.Tests;

public class TaskRulesTests
{
    static readonly Experiment Sound = new() { Partition = "iid", Dataset = "some" };

    static LearningTask Ten => MetricTests.Classes(10);

    static LearningTask Two => MetricTests.Classes(2);

    static LearningTask Sequences => LearningTask.Labelling([.. Ten.ClassNames]);

    static string Chosen(Experiment experiment) => $"{experiment.Criterion}: {string.Join(' ', experiment.Metrics)}";

    [Fact]
    public void What_is_left_to_the_task_is_what_fits_it()
    {
        Assert.Equal("CrossEntropyLoss: acc1 acc5 f1 precision recall", Chosen(ExperimentRules.Settle(Sound, Ten)));
        Assert.Equal("CrossEntropyLoss: acc1 f1 precision recall", Chosen(ExperimentRules.Settle(Sound, MetricTests.Classes(3))));
        Assert.Equal("BCEWithLogitsLoss: acc1 f1 precision recall", Chosen(ExperimentRules.Settle(Sound, Two)));
        Assert.Equal("CrossEntropyLoss: seqacc", Chosen(ExperimentRules.Settle(Sound, Sequences)));
        Assert.Equal("MSELoss: mse mae r2", Chosen(ExperimentRules.Settle(Sound, LearningTask.Regression)));
    }

    [Fact]
    public void What_is_asked_for_is_kept_and_auto_may_stand_beside_it()
    {
        Assert.Equal(
            "L1Loss: d2 mse mae r2",
            Chosen(ExperimentRules.Settle(Sound with { Criterion = "L1Loss", Metrics = ["d2", "auto", "mse"] }, LearningTask.Regression)));
        Assert.Equal("NLLLoss: auroc", Chosen(ExperimentRules.Settle(Sound with { Criterion = "NLLLoss", Metrics = ["auroc"] }, Ten)));
    }

    [Fact]
    public void Cross_entropy_of_two_classes_is_that_of_one_logit() =>
        Assert.Equal(
            "BCEWithLogitsLoss: acc1",
            Chosen(ExperimentRules.Settle(Sound with { Criterion = "CrossEntropyLoss", Metrics = ["acc1"] }, Two)));

    [Fact]
    public void A_settled_experiment_settles_as_itself()
    {
        foreach (var task in (LearningTask[])[Ten, Two, Sequences, LearningTask.Regression])
        {
            var settled = ExperimentRules.Settle(Sound, task);

            Assert.Equal(ExperimentFile.Write(settled), ExperimentFile.Write(ExperimentRules.Settle(settled, task)));
        }
    }

    [Fact]
    public void A_loss_that_does_not_fit_is_refused_with_those_that_do()
    {
        Assert.Equal(
            "Experiment.Criterion: 'CrossEntropyLoss' is not accepted. Accepted: MSELoss, L1Loss, SmoothL1Loss, "
            + "the losses for the numbers of some.",
            Refusal("CrossEntropyLoss", LearningTask.Regression));
        Assert.Equal(
            "Experiment.Criterion: 'MSELoss' is not accepted. Accepted: CrossEntropyLoss, the losses for the sequences of some.",
            Refusal("MSELoss", Sequences));
        Assert.Equal(
            "Experiment.Criterion: 'NLLLoss' is not accepted. Accepted: CrossEntropyLoss, BCEWithLogitsLoss, "
            + "the losses for the 2 classes of some.",
            Refusal("NLLLoss", Two));
        Assert.Every(Catalog.Criteria.Names, name => Assert.Empty(TaskRules.Misfits(Sound with { Criterion = name }, Ten)));

        static string Refusal(string loss, LearningTask task) => Assert.Single(TaskRules.Misfits(Sound with { Criterion = loss }, task));
    }

    /// <summary>The reference looks at the first of several names only (D25).</summary>
    [Fact]
    public void Every_metric_that_does_not_fit_is_named_wherever_it_stands()
    {
        var misfits = TaskRules.Misfits(Sound with { Metrics = ["acc1", "mse", "f1", "youdenj", "auprc"] }, Ten).ToList();

        Assert.Equal(3, misfits.Count);
        foreach (var (misfit, name) in misfits.Zip((string[])["mse", "youdenj", "auprc"]))
            Assert.StartsWith($"Experiment.Metrics: {name} ", misfit, StringComparison.Ordinal);
    }

    [Fact]
    public void A_misfit_is_refused_before_data_load_where_the_name_says_what_is_to_be_learnt() => Assert.StartsWith(
        "Experiment.Metrics: mse compares numbers; this data set has classes.",
        Assert.Throws<AutoFlipException>(() => ExperimentRules.Resolve(new() { Dataset = "CIFAR10", Metrics = ["acc1", "mse"] })).Message,
        StringComparison.Ordinal);

    [Fact]
    public void Nothing_can_be_partitioned_by_class_without_classes() => Assert.StartsWith(
        "Experiment.Partition: samples of this data set have no class to partition them by. Accepted: iid, unbalanced, ",
        Assert.Single(TaskRules.PartitionMisfits(Sound with { Partition = "patho" }, LearningTask.Regression)), StringComparison.Ordinal);

    [Fact]
    public void A_task_that_only_the_data_know_is_left_open()
    {
        var resolved = ExperimentRules.Resolve(
            Sound with { Dataset = "Digits", Criterion = "AUTO", Metrics = ["Auto", "MSE"] }, task: null);

        Assert.Equal("auto: auto mse", Chosen(resolved));
    }
}
