using System.Collections.Immutable;

namespace AutoFlip.Tests;

public class RunIdentityTests
{
    public static TheoryData<string> Properties => [.. ExperimentOptions.All.Select(option => option.Property.Name)];

    /// <summary>Every property but the two that may change: a run does not go on under another value of any.</summary>
    [Theory]
    [MemberData(nameof(Properties))]
    public void Another_value_is_another_run(string name)
    {
        var (property, plain) = (typeof(Experiment).GetProperty(name)!, new Experiment());
        var changed = plain with { };
        property.SetValue(changed, Other(property.PropertyType, property.GetValue(plain)));

        Assert.Equal(name is not (nameof(Experiment.Name) or nameof(Experiment.Rounds)), RunIdentity.Of(plain) != RunIdentity.Of(changed));
    }

    [Fact]
    public void A_value_given_as_its_default_is_no_other_run() =>
        Assert.Equal(
            RunIdentity.Of(new Experiment()),
            RunIdentity.Of(new Experiment { LearningRate = new Experiment().LearningRate, Metrics = [.. new Experiment().Metrics] }));

    /// <summary>An option that is on by default now was off in runs that did not know it: such a run keeps its identity.</summary>
    [Fact]
    public void What_runs_did_before_an_option_came_does_not_enter()
    {
        var before = new Experiment
        {
            ScaleLearningRate = false,
            Kernels = TrainingKernels.Torch,
            GuidanceNormalization = GuidanceScale.Rank,
            FitUnits = false,
        };

        Assert.NotEqual(RunIdentity.Of(new Experiment()), RunIdentity.Of(before));
        Assert.Equal("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", RunIdentity.Of(before)); // SHA-256 of nothing
    }

    /// <summary>What the program of f479c9f wrote into checkpoints/resume.safetensors of a run of this experiment.</summary>
    [Fact]
    public void The_hash_of_the_first_version_is_still_known() => Assert.Equal(
        "595849aa3aa489dce2db2f20dd78e5a428cecc9afbcc5f3e92b870ba009f1048",
        RunIdentity.OfVersion01(new Experiment
        {
            Name = "any",
            Rounds = 77,
            Dataset = "Digits",
            Resize = 16,
            HiddenSize = 8,
            Pruner = "autoflip",
            PruneFraction = 0.5m,
            GuidanceNormalization = GuidanceScale.Rank, // the default then
            ExplorationEpochs = 1,
            ExplorerFraction = 0.1,
            DenseRounds = 1,
            Clients = 6,
            CohortFraction = 0.5,
            WireUp = WireFormat.Int8,
            LocalEpochs = 1,
            BatchSize = 32,
            LearningRate = 0.01,
            Criterion = "CrossEntropyLoss",
            EvaluateEvery = 10,
            Metrics = ["acc1", "f1"],
        }));

    static object Other(Type type, object? value) => (Nullable.GetUnderlyingType(type) ?? type) switch
    {
        var t when t == typeof(string) => value + "x",
        var t when t == typeof(bool) => !(bool)value!,
        var t when t == typeof(int) => (int)(value ?? 0) + 1,
        var t when t == typeof(ulong) => (ulong)value! + 1,
        var t when t == typeof(double) => (double)(value ?? 0.0) + 0.125,
        var t when t == typeof(decimal) => (decimal)value! + 0.125m,
        { IsEnum: true } t => Enum.GetValues(t).Cast<object>().First(other => !other.Equals(value)),
        var t when t == typeof(ImmutableArray<string>) => ((ImmutableArray<string>)value!).Add("x"),
        var t => throw new InvalidOperationException($"There is no other value of {t} known here."),
    };
}
