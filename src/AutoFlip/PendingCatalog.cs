namespace AutoFlip;

/// <summary>
/// TEMPORARY: names of sections that other branches add to <see cref="Catalog"/>. When a section is there, its line in
/// <see cref="CatalogSections"/> points to it and its line here goes; when the last has gone, so does this file.
/// </summary>
static class PendingCatalog
{
    public static Section<string> Algorithms { get; } = Named("algorithm", "--algorithm", "fedavg", "fedprox");
    public static Section<string> Pruners { get; } = Named("pruner", "--pruner", "none", "autoflip", "random");
    public static Section<string> Models { get; } = Named("model", "--model", "TwoNN", "TwoCNN", "FEMNISTCNN", "LeNet", "MobileNet",
        "SqueezeNet", "VGG9", "ResNet10", "ResNet18", "LogReg");
    public static Section<string> DataSets { get; } = Named("data set", "--dataset", "MNIST", "FashionMNIST", "KMNIST", "EMNIST",
        "CIFAR10", "CIFAR100", "FEMNIST", "Digits");
    public static Section<string> Partitions { get; } = Named("partition", "--partition", "iid", "unbalanced", "patho", "diri", "pre");
    public static Section<string> Metrics { get; } = Named("metric", "--metrics", "acc1", "acc5", "auroc", "auprc", "youdenj", "f1",
        "precision", "recall");
    public static Section<string> Optimizers { get; } = Named("optimizer", "--optimizer", "Adam", "AdamW", "SGD", "RMSprop", "Adagrad");
    public static Section<string> Criteria { get; } = Named("criterion", "--criterion", "CrossEntropyLoss");
    public static Section<string> Initializers { get; } = Named("initialization", "--initialization", "normal", "xavier",
        "xavier_uniform", "kaiming", "orthogonal");

    static Section<string> Named(string kind, string option, params string[] names)
    {
        var section = new Section<string>(kind, option);
        foreach (var name in names) section.Add(name, name);
        return section;
    }
}
