namespace AutoFlip;

/// <summary>
/// Clients have equally many samples (by at most one), of classes mixed by a Dirichlet distribution. All samples are used.
/// </summary>
/// <param name="Concentration">alpha, above 0. Small: few classes per client; large: clients are alike.</param>
/// <remarks>
/// Each client, in random order, draws p from Dir(alpha) over the classes with samples left and takes its share accordingly (largest
/// remainders; ties to the lower class). Where a class has too few left, the rest of the share is drawn again over the classes that still
/// have some, so that each further draw has at least one class less. The last clients get what is left over: with few clients their
/// mixture is less skewed than alpha implies.
/// <para>Differs from the reference, which takes unshuffled samples, leaves up to a quarter of them unused and can loop for ever.</para>
/// </remarks>
public sealed record DirichletPartition(double Concentration) : Partition
{
    /// <inheritdoc/>
    public override bool IsByClass => true;

    /// <inheritdoc/>
    public override int[][] Assign(PartitionInput input, int clients, KeyedRandom random)
    {
        ExperimentOptions.Require(nameof(Concentration), Concentration);
        RequireSamples(input.Labels.Length, clients);
        var byClass = RowsByClass(input.Labels, input.Classes, random);
        var samples = input.Labels.Length;
        var left = byClass.Select(rows => rows.Length).ToArray();
        var assigned = new int[clients][];
        foreach (var client in random.Permutation(clients))
        {
            var rows = new List<int>();
            var size = samples / clients + (client < samples % clients ? 1 : 0);
            while (rows.Count < size)
            {
                var open = Enumerable.Range(0, left.Length).Where(c => left[c] > 0).ToArray();
                var shares = DirichletDraw.Apportion(DirichletDraw.Shares(Concentration, open.Length, random), size - rows.Count);
                for (var i = 0; i < open.Length; i++)
                {
                    var c = open[i];
                    var count = Math.Min(shares[i], left[c]);
                    rows.AddRange(byClass[c].AsSpan(left[c] - count, count));
                    left[c] -= count;
                }
            }
            assigned[client] = [.. rows];
        }
        return assigned;
    }
}
