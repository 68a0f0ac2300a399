using System.Globalization;
using AutoFlip.Cli;

namespace AutoFlip.Tests;

/// <summary>The files in experiments/: what they describe can be run, and is what their names promise.</summary>
public class ExperimentFilesTests
{
    static readonly string Folder = Path.Combine(SourceTree.Root, "experiments");

    public static TheoryData<string> Files =>
        [.. Directory.GetFiles(Folder, "*.json").Select(file => Path.GetFileName(file)!).Order(StringComparer.Ordinal)];

    public static TheoryData<string, string> PaperFiles => new()
    {
        { "paper-mnist.json", "MNIST TwoCNN 0.3 150 40 Both" }, { "paper-cifar10.json", "CIFAR10 TwoCNN 0.3 150 40 Both" },
        { "paper-cifar100.json", "CIFAR100 TwoCNN 0.3 150 40 Both" }, { "paper-femnist.json", "FEMNIST FEMNISTCNN 0.3 150 40 Local" },
        { "paper-shakespeare.json", "Shakespeare NextCharLSTM 0.3 150 40 Local" },
    };

    static ExperimentTable Table(string file) => ExperimentTable.Load(Path.Combine(Folder, file)).Resolve();

    [Theory, MemberData(nameof(Files))]
    public void Each_is_sound_and_called_as_its_file(string file)
    {
        var table = Table(file);

        Assert.Equal(Path.GetFileNameWithoutExtension(file), table.Experiment.Name);
        Assert.True(table.Rows.Length >= 3);
        Assert.Empty(ExperimentRules.Violations(ExperimentFile.Load(Path.Combine(Folder, file)))); // 'run' takes it too
        // no two rows are the same
        Assert.Equal(table.Rows.Length, table.Rows.Select(row => TableJob.IdentityOf(row.Experiments[0])).Distinct().Count());
    }

    /// <summary>REFERENCE: K 20, R 200, E 5, B 350, beta 0.9, Adam 3e-4 with 0.99 a round, threshold
    /// 0.30, 150 epochs, patience 40.</summary>
    [Theory, MemberData(nameof(PaperFiles))]
    public void The_papers_tables_hold_its_methods_and_ours(string file, string setting)
    {
        var table = Table(file);

        Assert.Equal(
            [
                ("FedAvg", "none", 0.3m), ("random, as in the paper", "random", 0.3m), ("AutoFLIP, as in the paper", "autoflip", 0.3m),
                ("random, ours", "random", 0.3m), ("random, ours", "random", 0.5m),
                ("AutoFLIP, ours", "autoflip", 0.3m), ("AutoFLIP, ours", "autoflip", 0.5m), ("AutoFLIP, ours", "autoflip", 0.8m),
            ],
            table.Rows.Select(row => (row.Name.Split(", prune")[0], row.Experiments[0].Pruner, row.Experiments[0].PruneFraction)));
        Assert.Every(table.Rows.SelectMany(row => row.Experiments), e => Assert.Equal(
            (200, 5, 350, 0.9, "Adam", 0.0003, 0.99),
            (e.Rounds, e.LocalEpochs, e.BatchSize, e.ServerMomentum, e.Optimizer, e.LearningRate, e.LearningRateDecay)));
        var paper = table.Rows[2].Experiments[0];
        Assert.Equal(
            setting,
            string.Create(
                CultureInfo.InvariantCulture,
                $"{paper.Dataset} {paper.Model} {paper.PruneFraction} {paper.ExplorationEpochs} {paper.ExplorationPatience} "
                + $"{paper.EvaluationScope}"));
        Assert.Equal(
            (PruningKind.Unstructured, "deviation", GuidanceScale.MinMax, 0, false, MaskRefresh.Cohort),
            (paper.Pruning, paper.Guidance, paper.GuidanceNormalization, paper.DenseRounds!.Value, paper.KeepNorm, paper.MaskRefresh));
        var (ours, defaults) = (table.Rows[5].Experiments[0], new Experiment());
        Assert.Equal(
            (defaults.Pruning, defaults.Guidance, defaults.KeepNorm, defaults.MaskRefresh, 33),
            (ours.Pruning, ours.Guidance, ours.KeepNorm, ours.MaskRefresh, ours.DenseRounds!.Value));
    }

    [Fact]
    public void The_ablation_shares_the_papers_threshold_with_the_papers_table()
    {
        static IEnumerable<string> Runs(string file) => TableJob.Of([Table(file)], _ => true).Select(job => job.Identity);

        var fractions = Table("cifar10-threshold-ablation.json").Rows.Where(row =>
            row.Name.Contains("as in the paper", StringComparison.Ordinal)).Select(row => row.Experiments[0].PruneFraction);

        Assert.Equal([0.1m, 0.2m, 0.3m, 0.4m, 0.5m], fractions);
        // FedAvg, the paper's at 0.3 and ours at 0.3 and 0.5, three seeds each
        Assert.Equal(12, Runs("cifar10-threshold-ablation.json").Intersect(Runs("paper-cifar10.json")).Count());
    }
}
