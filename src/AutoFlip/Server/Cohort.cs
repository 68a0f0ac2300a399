namespace AutoFlip;

/// <summary>Draws clients without replacement.</summary>
/// <remarks>Of up to 1,000,000 clients by shuffling their numbers. Of more by Floyd's algorithm (Bentley and Floyd 1987, "A sample of
/// brilliance"), whose cost is by the drawn clients alone.</remarks>
public static class Cohort
{
    /// <summary>Most clients whose numbers are shuffled. Part of every run's identity.</summary>
    internal const int MostShuffled = 1_000_000;

    /// <summary>The clients of round t, ascending: a function of seed and round alone.</summary>
    public static int[] Sample(Experiment experiment, int round) =>
        Sample(experiment.Clients, experiment.AskedSize, new Seeds(experiment.Seed).For(Purpose.Cohort, round));

    /// <summary>The clients of round t, ascending: its sample, and all explorers where the pruner needs them.</summary>
    internal static int[] Of(Experiment experiment, Pruner pruner, int round)
    {
        var sample = Sample(experiment, round);
        return pruner.AsksExplorers(round, experiment.FirstPrunedRound) ? [.. sample.Union(Explorers(experiment)).Order()] : sample;
    }

    /// <summary>The explorers, ascending.</summary>
    public static int[] Explorers(Experiment experiment) =>
        Sample(experiment.Clients, experiment.ExplorerCount, new Seeds(experiment.Seed).For(Purpose.Explorers));

    /// <summary>The clients that evaluate the global model after round t: a share of those that did not take part, or of all if
    /// everybody did.</summary>
    public static int[] Evaluators(Experiment experiment, int round, IReadOnlyCollection<int> cohort)
    {
        int[] asked = [.. cohort.Order()];
        var others = experiment.Clients - asked.Length;
        if (others == 0) return [.. Enumerable.Range(0, experiment.Clients)];
        var sample = Sample(others, EvaluatorCount(experiment, others), new Seeds(experiment.Seed).For(Purpose.EvaluationSample, round));
        var passed = 0; // members of the cohort below the evaluator
        for (var i = 0; i < sample.Length; i++)
        {
            while (passed < asked.Length && asked[passed] <= sample[i] + passed) passed++;
            sample[i] += passed;
        }
        return sample;
    }

    /// <summary>Number of evaluators out of those that may be drawn.</summary>
    internal static int EvaluatorCount(Experiment experiment, int others) =>
        Math.Max((int)(experiment.EvaluationFraction * others + 1e-9), 1); // 1e-9: 0.29 of 100 is 29

    /// <summary>A sample of 0 .. <paramref name="clients"/> - 1, ascending.</summary>
    static int[] Sample(int clients, int count, KeyedRandom random)
    {
        int[] sample;
        if (clients <= MostShuffled)
        {
            sample = random.Permutation(clients)[..count];
        }
        else
        {
            var drawn = new HashSet<int>(count);
            for (var last = clients - count; last < clients; last++)
                if (!drawn.Add(random.Next(last + 1))) drawn.Add(last);
            sample = [.. drawn];
        }
        Array.Sort(sample);
        return sample;
    }
}
