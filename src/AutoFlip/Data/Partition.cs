namespace AutoFlip;

/// <summary>Input of a partition: the class, and where known the owner, of each training sample.</summary>
/// <param name="labels">The class of each sample, 0 .. classes - 1.</param>
/// <param name="classes">Number of classes.</param>
/// <param name="owners">The owner of each sample; empty if unknown.</param>
/// <param name="samples">Loads the samples themselves; null if there are labels only.</param>
public readonly ref struct PartitionInput(
    ReadOnlySpan<int> labels, int classes, ReadOnlySpan<int> owners = default, Func<SampleSet>? samples = null)
{
    /// <summary>The class of each sample, 0 .. classes - 1.</summary>
    public ReadOnlySpan<int> Labels { get; } = labels;

    /// <summary>Number of classes.</summary>
    public int Classes { get; } = classes;

    /// <summary>The owner of each sample; empty if unknown.</summary>
    public ReadOnlySpan<int> Owners { get; } = owners;

    /// <summary>The samples themselves, one for each label; null if there are labels only. Never augmented.</summary>
    public SampleSet? Samples => samples?.Invoke();
}

/// <summary>A rule that assigns samples to clients.</summary>
public abstract record Partition
{
    /// <summary>True if all samples of an owner go to one client, so that samples held out by owners stay with them.</summary>
    public virtual bool KeepsOwners => false;

    /// <summary>True if the rule needs a class per sample, and so excludes tasks without classes.</summary>
    public virtual bool IsByClass => false;

    /// <summary>Tests whether the rule fits the samples of a task.</summary>
    public bool Fits(LearningTask task) => !IsByClass || task.Kind == TaskKind.Classification;

    /// <summary>Assigns samples to clients: no sample to two of them, and at least one to each.</summary>
    /// <param name="input">The samples.</param>
    /// <param name="clients">Number of clients K; ignored by a rule that makes every owner a client.</param>
    /// <param name="random">The stream of <see cref="Purpose.Partition"/>.</param>
    /// <returns>Per client the indices of its samples.</returns>
    /// <exception cref="AutoFlipException">This cannot be done (exit 2): the message names the option to change.</exception>
    public abstract int[][] Assign(PartitionInput input, int clients, KeyedRandom random);

    /// <summary>Every client needs a sample of its own.</summary>
    private protected static void RequireSamples(int samples, int clients)
    {
        ExperimentOptions.Require(nameof(Experiment.Clients), clients);
        if (samples < clients)
        {
            throw AutoFlipException.BadRequest(
                $"Experiment.Clients {clients}: there are only {samples} training samples, and every client needs one of its own; " +
                "lower Experiment.Clients or raise Experiment.SampleFraction.");
        }
    }

    /// <summary>A client has at most as many classes as there are.</summary>
    private protected static void RequireClasses(int classesPerClient, int classes)
    {
        if (classesPerClient < 1 || classesPerClient > classes)
            throw AutoFlipException.BadRequest(ExperimentOptions.Of(nameof(Experiment.ClassesPerClient)).Refusal(
                classesPerClient, $"1 to {classes}, the classes of the training samples"));
    }

    /// <summary>The owner of each sample.</summary>
    private protected static ReadOnlySpan<int> RequireOwners(PartitionInput input) => input.Owners.Length > 0
        ? input.Owners
        : throw AutoFlipException.BadRequest(
            "Experiment.Partition: the samples of this data set have no owners, so they cannot be partitioned by owner; "
            + "choose iid, patho or diri.");

    /// <summary>Cuts into consecutive parts of given sizes.</summary>
    private protected static int[][] Split(int[] rows, int[] sizes)
    {
        var split = new int[sizes.Length][];
        for (int part = 0, from = 0; part < sizes.Length; from += sizes[part++]) split[part] = rows[from..(from + sizes[part])];
        return split;
    }

    /// <summary>Cuts into consecutive parts whose sizes differ by at most one; the first ones are the larger ones.</summary>
    private protected static int[][] Split(int[] rows, int parts)
    {
        int size = rows.Length / parts, larger = rows.Length % parts;
        var split = new int[parts][];
        for (int part = 0, from = 0; part < parts; part++)
        {
            var to = from + size + (part < larger ? 1 : 0);
            split[part] = rows[from..to];
            from = to;
        }
        return split;
    }

    /// <summary>The rows of each class, shuffled.</summary>
    private protected static int[][] RowsByClass(ReadOnlySpan<int> labels, int classes, KeyedRandom random)
    {
        var byClass = new List<int>[classes];
        for (var c = 0; c < classes; c++) byClass[c] = [];
        for (var row = 0; row < labels.Length; row++) byClass[labels[row]].Add(row);
        int[][] shuffled = [.. byClass.Select(rows => rows.ToArray())];
        foreach (var rows in shuffled) random.Shuffle(rows.AsSpan());
        return shuffled;
    }
}
