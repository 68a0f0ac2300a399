using System.Collections.Immutable;
using System.Reflection;
using CsCheck;

namespace AutoFlip.Tests;

/// <summary>Sound experiments of every kind: any of their properties, found by reflection, may differ from its default.</summary>
static class AnyExperiment
{
    const int Unchanged = 4; // of five: most combinations of many changes would break some rule

    static readonly object[] Candidates =
    [
        .. (int[])[0, 1, 2, 3, 5, 8, 16, 40, 64], .. (double[])[0, 1e-5, 0.1, 1.0 / 3, 0.5, 0.75, 1, 2], .. (decimal[])[0, 0.30m, 0.999m],
        ulong.MaxValue, true, false,
        .. (string[])["it's a name; with $(signs)", "-v", "--task", "two words", "ä=ö"],
        .. CatalogSections.All.SelectMany(section => section.Names()), "csv:my table.csv", "windows-1252", "wordpiece:my vocab.txt",
        .. (ImmutableArray<string>[])[
            ["-x:number", "y:ignore"], ["house no:category", "a, b:date"], ["acc1"], ["auto", "auroc"], ["rmse", "mae"]],
        .. typeof(Experiment).GetProperties().Select(property => property.PropertyType).Where(type => type.IsEnum).Distinct()
            .SelectMany(type => Enum.GetValues(type).Cast<object>()),
    ];

    /// <summary>A file without tensors beside the tests: resolving an experiment reads it.</summary>
    static readonly string Weights = Path.Combine(AppContext.BaseDirectory, "no tensors.safetensors");

    /// <summary>Values that each property may take, each of which is sound where all else is as by default.</summary>
    public static ImmutableArray<(PropertyInfo Property, object[] Values)> Choices { get; } =
    [
        .. from property in ExperimentOptions.All.Select(option => option.Property)
           let type = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType
           select (
               property,
               property.Name == nameof(Experiment.Pretrained) ? [Weights] : Candidates.Where(value =>
                   value.GetType() == type && ExperimentRules.Violations(With(new Experiment(), property, value)) is []).ToArray()),
    ];

    static AnyExperiment() => AtomicFile.Write(Weights, ForeignTensor.File([]));

    /// <summary>Sound experiments.</summary>
    public static Gen<Experiment> Sound { get; } =
        Gen.Int[0, int.MaxValue].Array[Choices.Length].Select(draws => draws.Zip(Choices).Aggregate(new Experiment(), (experiment, pair) =>
            pair.First % (Unchanged + 1) != 0 || pair.Second.Values is [] ? experiment
                : With(experiment, pair.Second.Property, pair.Second.Values[pair.First / (Unchanged + 1) % pair.Second.Values.Length])))
        .Where(experiment => ExperimentRules.Violations(experiment) is []);

    /// <summary>A copy with one property changed.</summary>
    public static Experiment With(Experiment experiment, PropertyInfo property, object? value)
    {
        var copy = experiment with { };
        property.SetValue(copy, value);
        return copy;
    }
}
