namespace AutoFlip.Tests;

/// <summary>Observers that stop runs at chosen moments, or record them.</summary>
public sealed partial class SimulationTests
{
    sealed class BreakAtRound(int begun) : RunObserver
    {
        public override void RoundStarted(int round, int cohort)
        {
            if (round == begun) throw new BreakAt.Broken();
        }
    }

    /// <summary>Lets time pass.</summary>
    sealed class Ticking(Clock clock) : RunObserver
    {
        public override void Explored(int done, int explorers) => clock.Seconds += done < explorers ? 1 : 0;

        public override void ClientDone(int round, int done, int cohort) => clock.Seconds += done == cohort ? 100 : 0;
    }

    sealed class OnRound(int round, Action act) : RunObserver
    {
        public override void RoundDone(RoundReport report)
        {
            if (report.Round == round) act();
        }
    }
}
