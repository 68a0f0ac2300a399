using System.Reflection;

namespace AutoFlip.Tests;

public class ObserverGroupTests
{
    [Fact]
    public void Every_sign_of_life_reaches_every_observer_in_order()
    {
        var methods = typeof(RunObserver).GetMethods().Where(method => method.DeclaringType == typeof(RunObserver) && method.IsVirtual)
            .ToList();
        var heard = new List<string>();
        var group = RunObserver.All(new Listener("a", heard), new Listener("b", heard));

        foreach (var method in methods) method.Invoke(group, [.. method.GetParameters().Select(Some)]);

        Assert.True(methods.Count > 8);
        Assert.Equal(methods.SelectMany(method => (string[])[$"a {method.Name}", $"b {method.Name}"]), heard);
    }

    [Fact]
    public void What_one_throws_the_next_are_not_told()
    {
        var heard = new List<string>();
        var group = RunObserver.All(new Throwing(), new Listener("b", heard));

        Assert.Throws<AutoFlipException>(() => group.Evaluating(1));

        Assert.Empty(heard);
    }

    [Fact]
    public void Sentences_are_worded_by_the_program_before_any_observer_gets_them()
    {
        var heard = new List<string>();
        var group = new ObserverGroup([new Reader(heard)])
        {
            Wording = text =>
            text.Replace("Experiment.Clients", "clients", StringComparison.Ordinal)
        };

        group.Warning("Experiment.Clients 1");
        group.Note("Experiment.Clients 2");
        group.Failed(AutoFlipException.BadRequest("Experiment.Clients 3"));
        group.Failed(new InvalidOperationException("Experiment.Clients 4")); // a defect, whose text is nobody's to change

        Assert.Equal(["clients 1", "clients 2", "clients 3", "Experiment.Clients 4"], heard);
    }

    sealed class Reader(List<string> heard) : RunObserver
    {
        public override void Warning(string message) => heard.Add(message);

        public override void Note(string message) => heard.Add(message);

        public override void Failed(Exception why) => heard.Add(why.Message);
    }

    static object? Some(ParameterInfo parameter) =>
        parameter.ParameterType == typeof(int)
            ? 1
            : parameter.ParameterType == typeof(string)
            ? "text"
            : parameter.ParameterType == typeof(double?)
            ? 0.5
            : null;

    sealed class Throwing : RunObserver
    {
        public override void Evaluating(int round) => throw AutoFlipException.RunFailed("The disk is full.");
    }

    sealed class Listener(string name, List<string> heard) : RunObserver
    {
        public override void Warning(string message) => Hear(nameof(Warning));

        public override void Note(string message) => Hear(nameof(Note));

        public override void Loading(string what, double? fraction) => Hear(nameof(Loading));

        public override void Started(RunStart start) => Hear(nameof(Started));

        public override void Explored(int done, int explorers) => Hear(nameof(Explored));

        public override void RoundStarted(int round, int cohort) => Hear(nameof(RoundStarted));

        public override void ClientDone(int round, int done, int cohort) => Hear(nameof(ClientDone));

        public override void ClientAnswered(ClientAnswer answer) => Hear(nameof(ClientAnswered));

        public override void Evaluating(int round) => Hear(nameof(Evaluating));

        public override void RoundDone(RoundReport report) => Hear(nameof(RoundDone));

        public override void Finished(RunSummary summary) => Hear(nameof(Finished));

        public override void Failed(Exception why) => Hear(nameof(Failed));

        void Hear(string what) => heard.Add($"{name} {what}");
    }
}
