namespace AutoFlip.Tests;

// Code of README.md and docs/extending.md, compiled here. ReadmeTests checks that the pages hold these very lines.

public static class Program
{
    public static void TrainAndExport()
    {
        #region library
        // The digits that ship with the package, unequally distributed over ten clients; half of the weights are removed.
        var experiment = new Experiment
        {
            Dataset = "Digits",
            Resize = 8,
            Model = "TwoCNN",
            HiddenSize = 16,
            Partition = "diri",
            Clients = 10,
            CohortFraction = 0.5,
            Rounds = 20,
            LearningRate = 0.002,
            ServerMomentum = 0,
            PruneFraction = 0.5m,
        };
        var summary = Simulation.Run(experiment, new RunOptions { ResultPath = "runs" });
        Console.WriteLine($"accuracy {summary.Metrics.Global.Acc1:P1} with {summary.ModelSize.Density:P0} of the weights");

        // The pruned model: for ONNX Runtime, and for PyTorch.
        var model = RunModel.Load(summary.Directory);
        model.WriteOnnx("digits.onnx");
        model.WriteSafetensors("digits.safetensors");
        #endregion
    }
}

#region algorithm
/// <summary>FedProx (arXiv 1812.06127): FedAvg whose clients are drawn back to the model they received.</summary>
public sealed record FedProx(double Beta, float Mu) : FederatedAlgorithm
{
    readonly FedAvg _server = new(Beta);

    public override ServerState Initialize(Weights initial) => _server.Initialize(initial);

    public override ClientOutcome ClientUpdate(LocalTraining training, int epochs) => training.Run(epochs, adjustGradients: (w, g) =>
    {
        var received = training.Initial.Parameters;
        for (var i = 0; i < g.Length; i++) g[i] += Mu * (w[i] - received[i]);
    });

    public override ServerState ServerUpdate(ServerState state, Weights mean) => _server.ServerUpdate(state, mean);
}
#endregion

#region model
public static class ThreeConv
{
    public static Network Create(SampleShape input, int outputs, ModelOptions options) =>
        new NetworkBuilder("ThreeConv", input)
            .Sequence("features", f => f
                .Conv2d(options.HiddenSize, 3, padding: 1).BatchNorm2d().ReLU().MaxPool2d(2)
                .Conv2d(2 * options.HiddenSize, 3, padding: 1).BatchNorm2d().ReLU().MaxPool2d(2)
                .Conv2d(4 * options.HiddenSize, 3, padding: 1).BatchNorm2d().ReLU())
            .Sequence("classifier", c => c.AdaptiveAvgPool2d(1).Flatten().Dropout(options.Dropout).Linear(outputs))
            .Build(outputs);
}
#endregion

#region dataset
public sealed record Parcels() : ImageDataSet("Parcels")
{
    public static Parcels Instance { get; } = new()
    {
        Title = "parcels from above, grey",
        Task = LearningTask.Classification(["box", "bag", "tube"]),
        Shape = new SampleShape(1, 16, 16),
        TrainSamples = 6,
        TestSamples = 3,
        Licence = "ours",
        Citation = "none",
        Files = ["parcels-train.bin", "parcels-test.bin"],
        Folders = ["parcels"],
    };

    protected override ImageSet Read(DataFolder folder, bool test) => folder.Read(Files[test ? 1 : 0], Read);

    static ImageSet Read(Stream content, string file) // records: a label, then 256 pixels
    {
        var (pixels, labels, record) = (new List<byte>(), new List<int>(), new byte[257]);
        for (; content.ReadAtLeast(record, 257, throwOnEndOfStream: false) == 257; pixels.AddRange(record.AsSpan(1))) labels.Add(record[0]);
        return new ImageSet(new SampleShape(1, 16, 16), [.. pixels], [.. labels]);
    }
}
#endregion
