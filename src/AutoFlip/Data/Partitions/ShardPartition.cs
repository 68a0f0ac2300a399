namespace AutoFlip;

/// <summary>Samples in the order of their classes are cut into shards of equal size; every client gets some of them at random.</summary>
/// <param name="ShardsPerClient">s, at least 1. Few shards, few classes.</param>
/// <remarks>
/// Samples are shuffled within their class. The K s shards differ in size by at most one sample, and all are assigned. A shard across the
/// border of two classes holds both, and a client may get two shards of one class (unlike under patho).
/// <para>Source: McMahan et al. 2017, arXiv:1602.05629, section 3; Flower Datasets' ShardPartitioner with a number of shards per node.
/// Differs: that leaves out the remainder of samples / (K s).</para>
/// </remarks>
public sealed record ShardPartition(int ShardsPerClient) : Partition
{
    /// <inheritdoc/>
    public override bool IsByClass => true;

    /// <inheritdoc/>
    public override int[][] Assign(PartitionInput input, int clients, KeyedRandom random)
    {
        ExperimentOptions.Require(nameof(ShardsPerClient), ShardsPerClient);
        RequireSamples(input.Labels.Length, clients);
        var shards = (long)clients * ShardsPerClient;
        if (shards > input.Labels.Length)
        {
            throw AutoFlipException.BadRequest(
                $"Experiment.ShardsPerClient {ShardsPerClient}: {clients} clients then need {shards} shards, and there are only " +
                $"{input.Labels.Length} training samples; lower it or Experiment.Clients, or raise Experiment.SampleFraction.");
        }
        var sorted = RowsByClass(input.Labels, input.Classes, random).SelectMany(rows => rows).ToArray();
        var cut = Split(sorted, (int)shards);
        random.Shuffle(cut.AsSpan());
        return [.. cut.Chunk(ShardsPerClient).Select(own => own.SelectMany(shard => shard).ToArray())];
    }
}
