using static TorchSharp.torch;

namespace AutoFlip;

/// <summary>Evaluates a model without changing it, in chunks whose size is fixed, so that no figure depends on the machine.</summary>
static class Evaluation
{
    /// <summary>Samples that go through the network together.</summary>
    public const int Chunk = 500;

    /// <summary>Outputs and loss over some samples.</summary>
    /// <param name="workspace">Holds the model.</param>
    /// <param name="criterion">The loss.</param>
    /// <param name="samples">A set that does not augment.</param>
    /// <param name="rows">Which samples.</param>
    /// <param name="ct">Looked at between chunks.</param>
    public static Outputs Run(Workspace workspace, Criterion criterion, SampleSet samples, ReadOnlySpan<int> rows, CancellationToken ct) =>
        Run(
            workspace, input => workspace.Module.Forward(input, training: false), workspace.Module.Network.Outputs, criterion, samples,
            rows, ct);

    /// <summary>Computes outputs and loss over samples, with any forward function.</summary>
    /// <param name="workspace">Holds the batches.</param>
    /// <param name="forward">Computes the outputs of a batch.</param>
    /// <param name="width">Outputs per sample or step.</param>
    /// <param name="criterion">The loss.</param>
    /// <param name="samples">A set that does not augment.</param>
    /// <param name="rows">Which samples.</param>
    /// <param name="ct">Looked at between chunks.</param>
    public static Outputs Run(
        Workspace workspace, Func<Tensor, Tensor> forward, int width, Criterion criterion, SampleSet samples, ReadOnlySpan<int> rows,
        CancellationToken ct)
    {
        var outputs = new Outputs(rows.Length, width, samples.Targets);
        using var readout = new Readout(outputs, workspace.Device);
        for (var start = 0; start < rows.Length; start += Chunk)
        {
            ct.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            using var still = no_grad();
            var batch = workspace.Read(samples, rows.Slice(start, Math.Min(Chunk, rows.Length - start)), augmentation: null);
            var scores = forward(batch.Input).flatten(0, -2); // steps of sequences one after another
            readout.Add(scores, batch.HostTargets, criterion.Loss(scores, batch.Targets));
        }
        readout.Read();
        return outputs;
    }

    /// <summary>Evaluates a model on a whole set, its chunks side by side on all workers.</summary>
    /// <param name="pool">The workers.</param>
    /// <param name="network">The model.</param>
    /// <param name="weights">Its weights.</param>
    /// <param name="cutOff">The logit from which on a single output means class 1.</param>
    /// <param name="criterion">The loss.</param>
    /// <param name="samples">A set that does not augment.</param>
    /// <param name="metrics">Metrics that fit it.</param>
    /// <param name="ct">Looked at between chunks.</param>
    public static async Task<ServerEvaluation> RunAsync(
        WorkerPool pool, Network network, Weights weights, float cutOff, Criterion criterion, SampleSet samples,
        IReadOnlyList<Metric> metrics, CancellationToken ct)
    {
        var chunks = Enumerable.Range(0, samples.Count).Chunk(Chunk).Select(rows => pool.RunAsync(workspace =>
        {
            workspace.Load(network, weights);
            return Run(workspace, criterion, samples, rows, ct);
        })).ToArray();

        var all = new Outputs(samples.Count, (await chunks[0]).Width, samples.Targets);
        foreach (var chunk in chunks) all.Add(await chunk);
        return new ServerEvaluation(all.Loss, all.Metrics(metrics, cutOff));
    }
}
