namespace AutoFlip;

/// <summary>Draws clients without replacement.</summary>
public static class Cohort
{
    /// <summary>The clients of round t, ascending: a function of seed and round alone.</summary>
    public static int[] Sample(Experiment experiment, int round) =>
        Sample(Enumerable.Range(0, experiment.Clients), experiment.AskedSize, new Seeds(experiment.Seed).For(Purpose.Cohort, round));

    /// <summary>The explorers, ascending.</summary>
    public static int[] Explorers(Experiment experiment) =>
        Sample(Enumerable.Range(0, experiment.Clients), experiment.ExplorerCount, new Seeds(experiment.Seed).For(Purpose.Explorers));

    /// <summary>The clients that evaluate the global model after round t: a share of those that did not take part, or of all if
    /// everybody did.</summary>
    public static int[] Evaluators(Experiment experiment, int round, IReadOnlyCollection<int> cohort)
    {
        var others = Enumerable.Range(0, experiment.Clients).Except(cohort).ToArray();
        if (others is []) return [.. Enumerable.Range(0, experiment.Clients)];
        var count = Math.Max((int)(experiment.EvaluationFraction * others.Length + 1e-9), 1); // 1e-9: 0.29 of 100 is 29
        return Sample(others, count, new Seeds(experiment.Seed).For(Purpose.EvaluationSample, round));
    }

    static int[] Sample(IEnumerable<int> clients, int count, KeyedRandom random)
    {
        var all = clients.ToArray();
        random.Shuffle(all.AsSpan());
        var sample = all[..count];
        Array.Sort(sample);
        return sample;
    }
}
