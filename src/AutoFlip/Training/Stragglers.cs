namespace AutoFlip;

/// <summary>Clients that do a part of a round's local epochs (<see cref="Experiment.StragglerFraction"/>).</summary>
static class Stragglers
{
    /// <summary>Local epochs of a client in a round: a function of the seed alone, so client and server know the same.</summary>
    public static int EpochsOf(Experiment experiment, int round, int client)
    {
        var random = new Seeds(experiment.Seed).For(Purpose.Straggler, round, client);
        return random.NextDouble() < experiment.StragglerFraction ? 1 + random.Next(experiment.LocalEpochs) : experiment.LocalEpochs;
    }
}
