using System.Text.Json;

namespace AutoFlip.Tests;

/// <summary>Our metrics against the stored values of an independent implementation (Golden/README.md, metrics.json).</summary>
public class MetricGoldenTests
{
    const double CountTolerance = 1e-12, RankTolerance = 1e-6;

    static readonly JsonElement[] Cases = [.. JsonDocument
        .Parse(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Golden", "metrics.json")))
        .RootElement.GetProperty("cases").Items()];

    static IEnumerable<string> CasesOf(string kind) =>
        Cases.Where(stored => stored.GetProperty("kind").GetString() == kind).Select(stored => stored.GetProperty("id").GetString()!);

    public static TheoryData<string> MultiClass => [.. CasesOf("multiclass")];

    public static TheoryData<string> Binary => [.. CasesOf("binary_logit")];

    public static TheoryData<string> Sequences => [.. CasesOf("sequence")];

    public static TheoryData<string> Regression => [.. CasesOf("regression")];

    [Fact]
    public void Golden_file_holds_the_cases_these_tests_are_about()
    {
        Assert.Equal(10, MultiClass.Count);
        Assert.Equal(6, Binary.Count);
        Assert.Equal(2, Sequences.Count);
        Assert.Equal(6, Regression.Count);
    }

    [Theory]
    [MemberData(nameof(MultiClass))]
    public void Counting_metrics_equal_the_reference_for_several_outputs(string id)
    {
        var (scores, outputs, targets, stored) = Load(id);

        foreach (var name in (string[])["acc1", "acc5", "f1", "precision", "recall", "seqacc"])
            if (stored.GetProperty("reference").TryGetProperty(name, out var expected))
                Assert.Equal(expected.GetDouble(), Catalog.Metrics[name](new()).Of(scores, outputs, targets)!.Value, CountTolerance);
            else
                // the reference leaves out acc5 of two and three classes, no other
                Assert.NotNull(Catalog.Metrics[name](new()).Refuses(MetricTests.Classes(outputs)));
    }

    [Theory]
    [MemberData(nameof(MultiClass))]
    public void Per_class_figures_equal_the_reference(string id)
    {
        var (scores, outputs, targets, stored) = Load(id);

        var counts = ClassCounts.Of(Predictions.OfClasses(scores, outputs, targets));

        AssertPerClass(counts, F1.OfClass, stored, "f1_per_class");
        AssertPerClass(counts, Precision.OfClass, stored, "precision_per_class");
        AssertPerClass(counts, Recall.OfClass, stored, "recall_per_class");
    }

    [Theory]
    [MemberData(nameof(MultiClass))]
    public void Auroc_equals_the_weighted_mean_over_present_classes(string id)
    {
        var (scores, outputs, targets, stored) = Load(id);

        var auroc = new Auroc().Of(scores, outputs, targets);

        // Where rows tie, the reference is decided by the last bit of its own softmax: the golden file allows for it.
        var tolerance = stored.TryGetProperty("auroc_tolerance", out var allowed) ? allowed.GetDouble() : RankTolerance;
        Assert.Equal(stored.GetProperty("also").GetProperty("auroc_weighted_present").GetDouble(), auroc!.Value, tolerance);
    }

    [Theory]
    [MemberData(nameof(Binary))]
    public void Binary_metrics_equal_the_values_at_a_cut_off_of_one_half(string id)
    {
        var (scores, outputs, targets, stored) = Load(id);
        var also = stored.GetProperty("also");
        var counts = ClassCounts.Of(Predictions.OfClasses(scores, outputs, targets));

        Assert.Equal(also.GetProperty("acc1_at_half").GetDouble(), new Acc1().Of(scores, outputs, targets)!.Value, CountTolerance);
        Assert.Equal(also.GetProperty("acc1_at_half").GetDouble(), new Recall().Of(scores, outputs, targets)!.Value, CountTolerance);
        Assert.Equal(also.GetProperty("f1_weighted_at_half").GetDouble(), new F1().Of(scores, outputs, targets)!.Value, CountTolerance);
        Assert.Equal(also.GetProperty("f1_positive_at_half").GetDouble(), counts[1, F1.OfClass], CountTolerance);
        Assert.Equal(also.GetProperty("precision_positive_at_half").GetDouble(), counts[1, Precision.OfClass], CountTolerance);
        Assert.Equal(also.GetProperty("recall_positive_at_half").GetDouble(), counts[1, Recall.OfClass], CountTolerance);
    }

    [Theory]
    [MemberData(nameof(Binary))]
    public void Binary_metrics_equal_the_reference_at_the_reference_s_cut_off(string id)
    {
        var (scores, outputs, targets, stored) = Load(id);
        var reference = stored.GetProperty("reference");
        var cutOff = scores.Where(score => 1 / (1 + Math.Exp(-score)) >= stored.GetProperty("cutoff").GetDouble() - 1e-7)
            .DefaultIfEmpty(float.PositiveInfinity).Min();

        foreach (var name in (string[])["acc1", "f1", "precision", "recall"])
            Assert.Equal(
                reference.GetProperty(name).GetDouble(), Catalog.Metrics[name](new()).Of(scores, outputs, targets, cutOff)!.Value,
                CountTolerance);
        foreach (var name in (string[])["f1", "precision", "recall"])
        {
            var macro = Catalog.Metrics[name](new() { Average = Average.Macro }).Of(scores, outputs, targets, cutOff);
            Assert.Equal(stored.GetProperty("also").GetProperty($"{name}_macro").GetDouble(), macro!.Value, CountTolerance);
        }
    }

    [Theory]
    [MemberData(nameof(Binary))]
    public void Average_precision_and_Youdens_threshold_equal_the_reference(string id)
    {
        var (scores, outputs, targets, stored) = Load(id);
        var reference = stored.GetProperty("reference");

        Assert.Equal(reference.GetProperty("auprc").GetDouble(), new Auprc().Of(scores, outputs, targets)!.Value, RankTolerance);
        var threshold = new YoudenJ().Of(scores, outputs, targets);
        if (id == "binary-one-class") Assert.Null(threshold); // the golden value is what falls out of NaN, no threshold to follow
        else Assert.Equal(reference.GetProperty("youdenj").GetDouble(), threshold!.Value, RankTolerance);
    }

    [Theory]
    [MemberData(nameof(MultiClass))]
    public void Macro_averages_equal_the_mean_over_the_classes_that_occur(string id)
    {
        var (scores, outputs, targets, stored) = Load(id);
        var macro = new Experiment { Average = Average.Macro };
        double Macro(string name) => Catalog.Metrics[name](macro).Of(scores, outputs, targets)!.Value;
        double Stored(string name) => stored.GetProperty("also").GetProperty(name).GetDouble();

        foreach (var name in (string[])["f1", "precision", "recall"]) Assert.Equal(Stored($"{name}_macro"), Macro(name), CountTolerance);
        var tolerance = stored.TryGetProperty("auroc_tolerance", out var allowed) ? allowed.GetDouble() : RankTolerance;
        Assert.Equal(Stored("auroc_macro_present"), Macro("auroc"), tolerance);
    }

    [Theory]
    [MemberData(nameof(Sequences))]
    public void Accuracy_over_steps_equals_the_reference(string id)
    {
        var (scores, outputs, targets, stored) = Load(id);

        Assert.Equal(
            stored.GetProperty("reference").GetProperty("seqacc").GetDouble(), new SeqAcc().Of(scores, outputs, targets)!.Value,
            CountTolerance);
    }

    [Theory]
    [MemberData(nameof(Regression))]
    public void Regression_metrics_equal_the_reference(string id)
    {
        var stored = Cases.Single(candidate => candidate.GetProperty("id").GetString() == id);
        var (predicted, truth) = (Flat(stored.GetProperty("predictions")), Flat(stored.GetProperty("targets")));

        foreach (var name in (string[])["mse", "mae", "mape", "rmse", "r2", "d2"])
        {
            var value = Catalog.Metrics[name](new())
                .Compute(Predictions.OfNumbers(predicted, stored.GetProperty("outputs").GetInt32(), truth))!.Value;
            var (exact, reference) = (
                stored.GetProperty("float64").GetProperty(name).GetDouble(), stored.GetProperty("reference").GetProperty(name).GetDouble());
            Assert.Equal(exact, value, Math.Max(Math.Abs(exact), 1) * 1e-9);
            Assert.Equal(reference, value, Math.Max(Math.Abs(reference), 1) * 1e-5); // its arithmetic is float32
        }
    }

    [Theory]
    [MemberData(nameof(Binary))]
    public void Binary_auroc_equals_that_of_the_sigmoid_and_is_null_for_one_class(string id)
    {
        var (scores, outputs, targets, stored) = Load(id);
        var expected = stored.GetProperty("also").GetProperty("auroc_sigmoid");

        var auroc = new Auroc().Of(scores, outputs, targets);

        if (expected.ValueKind == JsonValueKind.Null) Assert.Null(auroc);
        else Assert.Equal(expected.GetDouble(), auroc!.Value, RankTolerance);
    }

    static void AssertPerClass(ClassCounts counts, ClassFigure figure, JsonElement stored, string name)
    {
        var expected = stored.GetProperty("also").GetProperty(name);
        for (var c = 0; c < expected.GetArrayLength(); c++)
            Assert.Equal(expected[c].GetDouble(), counts[c, figure], CountTolerance);
    }

    static (float[] Scores, int Outputs, int[] Targets, JsonElement Stored) Load(string id)
    {
        var stored = Cases.Single(candidate => candidate.GetProperty("id").GetString() == id);
        var scores = Flat(stored.GetProperty("scores"));
        int[] targets = [.. Flat(stored.GetProperty("targets")).Select(target => (int)target)];
        return (scores, scores.Length / targets.Length, targets, stored);
    }

    /// <summary>The numbers of an array of any depth, row by row.</summary>
    static float[] Flat(JsonElement element) => element.ValueKind == JsonValueKind.Array
        ? [.. element.Items().SelectMany(Flat)]
        : [element.GetSingle()];
}
