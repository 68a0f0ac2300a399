namespace AutoFlip;

/// <summary>Everything that can be named on the command line. A new thing costs one file and one line here.</summary>
public static class Catalog
{
    /// <summary>Figures of merit.</summary>
    public static Section<Metric> Metrics { get; } = new("metric", "--metrics")
    {
        { "acc1", new Acc1() },
        { "acc5", new Acc5() },
        { "auroc", new Auroc() },
        { "f1", new F1() },
        { "precision", new Precision() },
        { "recall", new Recall() },
    };
}
