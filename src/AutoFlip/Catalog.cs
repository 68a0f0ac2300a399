namespace AutoFlip;

/// <summary>Everything that can be named on the command line. A new thing costs one file and one line here.</summary>
public static class Catalog
{
    /// <summary>Figures of merit.</summary>
    public static Section<Metric> Metrics { get; } = new("metric", "--metrics")
    {
    };

    /// <summary>Data sets.</summary>
    public static Section<DataSet> DataSets { get; } = new("data set", "--dataset")
    {
        { "Digits", DigitsDataSet.Instance },
        { "MNIST", IdxDataSet.Mnist },
        { "FashionMNIST", IdxDataSet.FashionMnist, "Fashion-MNIST" },
        { "KMNIST", IdxDataSet.Kmnist },
        { "EMNIST", IdxDataSet.Emnist("byclass", "EMNIST"), "EMNIST-byclass" },
        { "EMNIST-bymerge", IdxDataSet.Emnist("bymerge") },
        { "EMNIST-balanced", IdxDataSet.Emnist("balanced") },
        { "EMNIST-letters", IdxDataSet.Emnist("letters") },
        { "EMNIST-digits", IdxDataSet.Emnist("digits") },
        { "EMNIST-mnist", IdxDataSet.Emnist("mnist") },
        { "CIFAR10", CifarDataSet.Cifar10, "CIFAR-10" },
        { "CIFAR100", CifarDataSet.Cifar100, "CIFAR-100" },
    };

    /// <summary>Partitions, made from the experiment that names them.</summary>
    public static Section<Func<Experiment, Partition>> Partitions { get; } = new("partition", "--partition")
    {
        { "iid", _ => new IidPartition() },
        { "unbalanced", _ => new UnbalancedPartition() },
        { "patho", experiment => new PathologicalPartition(experiment.ClassesPerClient) },
        { "diri", experiment => new DirichletPartition(experiment.Concentration) },
    };
}
