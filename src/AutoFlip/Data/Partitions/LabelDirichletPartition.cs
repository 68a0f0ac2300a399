namespace AutoFlip;

/// <summary>Each class is shared out among the clients by a Dirichlet distribution, so that they differ in classes and in size. All samples
/// are used.</summary>
/// <param name="Concentration">alpha, above 0. Small: few clients have a class; large: clients are alike.</param>
/// <remarks>
/// Of n samples for K clients, class by class: the clients with fewer than n / K samples so far draw their shares of the class from
/// Dir(alpha) (largest remainders; ties to the lower client). Where a client ends with fewer than a tenth of n / K, at most 10, all is
/// drawn again. <see cref="DirichletPartition"/> gives clients equally many samples instead.
/// <para>Source: distribution-based label imbalance of Li et al. 2022, arXiv:2102.02079, section 4.1 (NIID-Bench's noniid-labeldir), which
/// is Flower Datasets' DirichletPartitioner. Differs: at least 10 samples are asked for there, however few there are, and a concentration
/// that cannot give them never ends.</para>
/// </remarks>
public sealed record LabelDirichletPartition(double Concentration) : Partition
{
    const int Draws = 1000, Fewest = 10;

    /// <inheritdoc/>
    public override bool IsByClass => true;

    /// <inheritdoc/>
    public override int[][] Assign(PartitionInput input, int clients, KeyedRandom random)
    {
        ExperimentOptions.Require(nameof(Concentration), Concentration);
        RequireSamples(input.Labels.Length, clients);
        var byClass = RowsByClass(input.Labels, input.Classes, random);
        var fewest = Math.Clamp(input.Labels.Length / clients / 10, 1, Fewest);
        for (var draw = 0; draw < Draws; draw++)
        {
            var assigned = Draw(byClass, input.Labels.Length, clients, random);
            if (assigned.All(rows => rows.Count >= fewest)) return [.. assigned.Select(rows => rows.ToArray())];
        }
        throw AutoFlipException.BadRequest(
            ExperimentOptions.Of(nameof(Concentration)).Refusal(
                Concentration,
                $"a larger one, or fewer than {clients} clients: in each of {Draws} draws one of them had fewer than {fewest} samples"));
    }

    List<int>[] Draw(int[][] byClass, int samples, int clients, KeyedRandom random)
    {
        List<int>[] assigned = [.. Enumerable.Range(0, clients).Select(_ => new List<int>())];
        foreach (var rows in byClass.Where(rows => rows.Length > 0))
        {
            int[] open = [.. Enumerable.Range(0, clients).Where(client => (long)assigned[client].Count * clients < samples)];
            var sizes = DirichletDraw.Apportion(DirichletDraw.Shares(Concentration, open.Length, random), rows.Length);
            foreach (var (client, part) in open.Zip(Split(rows, sizes))) assigned[client].AddRange(part);
        }
        return assigned;
    }
}
