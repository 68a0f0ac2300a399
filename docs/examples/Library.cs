using AutoFlip;

// Data in arrays: 1,200 points of two classes, held by six clients.
var random = new Random(1);
float[] points = [.. Enumerable.Range(0, 2400).Select(_ => 2 * random.NextSingle() - 1)];
int[] classes = [.. points.Chunk(2).Select(point => point[0] * point[1] > 0 ? 1 : 0)];
var owners = new Owners(["a", "b", "c", "d", "e", "f"], [.. Enumerable.Range(0, 1200).Select(row => row % 6)], TrainRows: 1200);
var samples = new ArraySet(new SampleShape(2, 1, 1), points, Targets.Classes(classes));
var data = new LoadedData(samples, Test: null, LearningTask.Classification("unlike", "alike")) { Owners = owners };
Catalog.DataSets.Add("points", new MemoryDataSet("points", data));

// A model: its layers, in order.
Catalog.Models.Add("Small", (input, outputs, _) => new NetworkBuilder("Small", input)
    .Sequence("layers", layers => layers.Flatten().Linear(64).ReLU().Linear(64).ReLU().Linear(outputs))
    .Build(outputs));

// Train: each owner is a client, three of six take part in a round, half of the weights are removed.
var experiment = new Experiment
{
    Dataset = "points", Partition = "pre", Model = "Small", CohortFraction = 0.5, Rounds = 30, PruneFraction = 0.5m,
    BatchSize = 20, LearningRate = 0.01, ServerMomentum = 0,
};
var summary = Simulation.Run(experiment, new RunOptions { ResultPath = "runs" }, new Progress());
Console.WriteLine($"accuracy on clients {summary.Metrics.Local.Acc1:P0} with {summary.ModelSize.Density:P0} of the weights");

// Export the pruned model, as ONNX for other programs and as safetensors.
var trained = RunModel.Load(summary.Directory);
trained.WriteOnnx("points.onnx");
trained.WriteSafetensors("points.safetensors");

// Predict.
using var model = new NetworkRunner(SavedModel.Load("points.safetensors"));
var best = Prediction.Of(model, [0.5f, -0.7f]).Top[0];
Console.WriteLine($"(0.5, -0.7): {best.Name}, probability {best.Probability:P0}");

sealed class Progress : RunObserver
{
    public override void RoundDone(RoundReport round) => Console.WriteLine($"round {round.Round}: {round.UpBytes + round.DownBytes:N0} bytes");
}
