namespace AutoFlip.Grpc;

/// <summary>Runs with faults, bounded in number and time. Every run must end with the model of the unbroken one, or, if replies were lost,
/// with that of its replay.</summary>
public sealed class ChaosSuite
{
    /// <summary>Clients of a run.</summary>
    internal const int Seats = 4;

    /// <summary>Deadline of a round, in seconds.</summary>
    public const int RoundSeconds = 15;

    const int Rounds = 3;

    ChaosSuite(IReadOnlyList<string> program, string experiment, string unbroken, TimeProvider time) =>
        (Program, Experiment, Unbroken, Time) = (program, experiment, unbroken, time);

    /// <summary>The program and its first arguments.</summary>
    internal IReadOnlyList<string> Program { get; }

    /// <summary>File with the experiment.</summary>
    internal string Experiment { get; }

    /// <summary>Hash of the model without faults.</summary>
    internal string Unbroken { get; }

    internal TimeProvider Time { get; }

    /// <summary>Carries out runs one after another.</summary>
    /// <param name="program">The program of the processes and its first arguments.</param>
    /// <param name="runs">Runs at most.</param>
    /// <param name="seed">Chooses their order and rounds.</param>
    /// <param name="limit">Time after which no further run begins.</param>
    /// <param name="done">Receives each outcome.</param>
    /// <param name="time">The clock.</param>
    /// <param name="ct">Stops it.</param>
    public static async Task<IReadOnlyList<ChaosOutcome>> RunAsync(
        IReadOnlyList<string> program, int runs, ulong seed, TimeSpan limit, Action<ChaosOutcome> done, TimeProvider time,
        CancellationToken ct)
    {
        var started = time.GetTimestamp();
        var folder = Directory.CreateTempSubdirectory("autoflip-chaos").FullName;
        var outcomes = new List<ChaosOutcome>();
        try
        {
            var experiment = new Experiment
            {
                Name = "chaos",
                Dataset = "Digits",
                Clients = Seats,
                CohortFraction = 1,
                Rounds = Rounds,
                LocalEpochs = 1,
                Partition = "iid",
                WireUp = WireFormat.Int8,
                WireDown = WireFormat.Int8,
            };
            var unbroken = Simulation.Run(
                experiment, new RunOptions { ResultPath = Path.Combine(folder, "unbroken"), Workers = 1 }, RunObserver.None, time, ct);
            var suite = new ChaosSuite(program, unbroken.Directory!, unbroken.ModelSha256, time);
            foreach (var cell in ChaosCell.Of(seed, runs, Rounds))
            {
                if (time.GetElapsedTime(started) >= limit) break;
                var own = Directory.CreateDirectory(Path.Combine(folder, $"{outcomes.Count}")).FullName;
                await using (var run = new ChaosRun(suite, cell, own)) outcomes.Add(await run.RunAsync(ct));
                Directory.Delete(own, recursive: true);
                done(outcomes[^1]);
            }
            return outcomes;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
