namespace AutoFlip.Tests;

/// <summary>What an observer is told of the clients of a round.</summary>
public class RoundObserverTests
{
    static readonly Experiment OneRound = TinyFederation.Experiment with { Clients = 2, CohortFraction = 1, Rounds = 1, EvaluateEvery = 1 };

    [Fact]
    public async Task An_observer_is_told_of_every_explorer_client_and_evaluation_in_their_order()
    {
        var observer = new Listing();

        await TinyFederation.RunAsync(
            OneRound, wrap: inner => Tap.Lose(inner, client => client == 1, ClientWork.Explore), observer: observer);

        Assert.Equal(
        [
            "explored 0 of 2", "Explore 0", "explored 1 of 2", "Explorer 1 is left out: lost", "Explore 1", "explored 2 of 2",
            "round 1 of 2", "Train 0", "round 1: 1 of 2", "Train 1", "round 1: 2 of 2",
            "evaluating 1", "Evaluate 0", "Evaluate 1",
        ], observer.Lines);
    }

    [Fact]
    public async Task An_exploration_without_any_scores_fails_with_its_first_reason()
    {
        var failure = await Assert.ThrowsAsync<AutoFlipException>(() =>
            TinyFederation.RunAsync(OneRound, wrap: inner => Tap.Lose(inner, _ => true, ClientWork.Explore)));

        Assert.Equal(
            (ExitCode.RunFailed, "Exploration failed: no explorer returned usable scores. Client 0: lost"),
            (failure.Code, failure.Message));
    }

    sealed class Listing : RunObserver
    {
        public List<string> Lines { get; } = [];

        public override void Warning(string message) => Lines.Add(message);

        public override void Explored(int done, int explorers) => Lines.Add($"explored {done} of {explorers}");

        public override void RoundStarted(int round, int cohort) => Lines.Add($"round {round} of {cohort}");

        public override void ClientDone(int round, int done, int cohort) => Lines.Add($"round {round}: {done} of {cohort}");

        public override void ClientAnswered(ClientAnswer answer) => Lines.Add($"{answer.Work} {answer.Client}");

        public override void Evaluating(int round) => Lines.Add($"evaluating {round}");
    }
}
