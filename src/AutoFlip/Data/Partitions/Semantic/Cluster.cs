namespace AutoFlip;

/// <summary>Samples of one class that are alike, and the diagonal normal distribution that stands for them.</summary>
/// <param name="rows">The samples; at least one.</param>
/// <param name="mean">[d].</param>
/// <param name="variance">[d], each above 0.</param>
sealed class Cluster(int[] rows, double[] mean, double[] variance)
{
    /// <summary>Most passes of k-means.</summary>
    public const int Passes = 20;

    readonly double[] _mean = mean, _variance = variance;

    /// <summary>The samples, in the order in which they were given.</summary>
    public int[] Rows => rows;

    /// <summary>KL(this || other) = 1/2 sum_d [ln(v'/v) + (v + (m - m')^2) / v' - 1]; 0 or more.</summary>
    public double DivergenceTo(Cluster other)
    {
        var sum = 0.0;
        for (var d = 0; d < _mean.Length; d++)
        {
            var (v, w, apart) = (_variance[d], other._variance[d], _mean[d] - other._mean[d]);
            sum += Math.Log(w / v) + (v + apart * apart) / w - 1;
        }
        return Math.Max(sum / 2, 0);
    }

    /// <summary>Puts points into exactly k clusters, none of them empty: k-means from centres drawn far apart (k-means++).</summary>
    /// <param name="points">[samples][d].</param>
    /// <param name="rows">Which of them; at least <paramref name="k"/>.</param>
    /// <param name="k">How many clusters, at least 1.</param>
    /// <param name="random">Draws the first centres.</param>
    /// <remarks>Ties go to the lower cluster. A cluster that runs empty gets the point that is farthest from its own centre. A variance is
    /// that of the cluster with one further point of the class's own variance in it, so that a single sample has one too.</remarks>
    public static Cluster[] Of(double[][] points, int[] rows, int k, KeyedRandom random)
    {
        var own = Array.ConvertAll(rows, row => points[row]);
        var centres = FarApart(own, k, random);
        var nearest = new int[own.Length];
        var distance = new double[own.Length];
        for (var pass = 0; pass < Passes; pass++)
        {
            var before = (int[])nearest.Clone();
            Parallel.For(0, own.Length, i => (nearest[i], distance[i]) = Nearest(own[i], centres));
            FillEmpty(nearest, distance, k);
            centres = Means(own, nearest, k);
            if (pass > 0 && before.AsSpan().SequenceEqual(nearest)) break;
        }

        var spread = Variance(own, Means(own, new int[own.Length], 1)[0], [1e-6], 0); // a class without any spread still needs some
        var members = new List<int>[k];
        for (var c = 0; c < k; c++) members[c] = [];
        for (var i = 0; i < own.Length; i++) members[nearest[i]].Add(i);
        return
        [
            .. members.Select((inside, c) => new Cluster(
                [.. inside.Select(i => rows[i])], centres[c], Variance([.. inside.Select(i => own[i])], centres[c], spread, 1))),
        ];
    }

    /// <summary>The first centre is any point; each further one a point drawn in proportion to its squared
    /// distance to the nearest so far.</summary>
    static double[][] FarApart(double[][] points, int k, KeyedRandom random)
    {
        var centres = new double[k][];
        centres[0] = points[random.Next(points.Length)];
        var distance = new double[points.Length];
        Array.Fill(distance, double.PositiveInfinity);
        for (var c = 1; c < k; c++)
        {
            var sum = 0.0;
            for (var i = 0; i < points.Length; i++) sum += distance[i] = Math.Min(distance[i], SquaredDistance(points[i], centres[c - 1]));
            var chosen = points.Length - 1;
            var left = random.NextDouble() * sum;
            for (var i = 0; i < points.Length; i++)
            {
                if ((left -= distance[i]) >= 0) continue;
                chosen = i;
                break;
            }
            centres[c] = points[chosen];
        }
        return centres;
    }

    static (int Cluster, double Distance) Nearest(double[] point, double[][] centres)
    {
        var (nearest, least) = (0, double.PositiveInfinity);
        for (var c = 0; c < centres.Length; c++)
            if (SquaredDistance(point, centres[c]) is var distance && distance < least) (nearest, least) = (c, distance);
        return (nearest, least);
    }

    static void FillEmpty(int[] nearest, double[] distance, int k)
    {
        var sizes = new int[k];
        foreach (var c in nearest) sizes[c]++;
        if (!sizes.Contains(0)) return;
        var farthest = new Queue<int>(Enumerable.Range(0, nearest.Length).OrderByDescending(i => distance[i]));
        for (var c = 0; c < k; c++)
        {
            while (sizes[c] == 0)
            {
                var i = farthest.Dequeue();
                if (sizes[nearest[i]] == 1) continue;
                sizes[nearest[i]]--;
                sizes[nearest[i] = c]++;
            }
        }
    }

    static double[][] Means(double[][] points, int[] cluster, int k)
    {
        var (means, sizes) = (new double[k][], new int[k]);
        for (var c = 0; c < k; c++) means[c] = new double[points[0].Length];
        for (var i = 0; i < points.Length; i++)
        {
            var mean = means[cluster[i]];
            sizes[cluster[i]]++;
            for (var d = 0; d < mean.Length; d++) mean[d] += points[i][d];
        }
        for (var c = 0; c < k; c++)
            for (var d = 0; d < means[c].Length; d++) means[c][d] /= sizes[c];
        return means;
    }

    /// <summary>(sum of squares + prior) / (points + weight), by coordinate; a prior of one number counts for all.</summary>
    static double[] Variance(double[][] points, double[] mean, double[] prior, int weight)
    {
        var variance = new double[mean.Length];
        for (var d = 0; d < variance.Length; d++)
        {
            var sum = prior[prior.Length == 1 ? 0 : d];
            foreach (var point in points) sum += (point[d] - mean[d]) * (point[d] - mean[d]);
            variance[d] = sum / (points.Length + weight);
        }
        return variance;
    }

    static double SquaredDistance(double[] a, double[] b)
    {
        var sum = 0.0;
        for (var d = 0; d < a.Length; d++) sum += (a[d] - b[d]) * (a[d] - b[d]);
        return sum;
    }
}
