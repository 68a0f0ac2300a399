using System.Text.Json;

namespace AutoFlip.Tests;

/// <summary>Our metrics against the stored values of an independent implementation (Golden/README.md, metrics.json).</summary>
public class MetricGoldenTests
{
    const double CountTolerance = 1e-12, RankTolerance = 1e-6;

    static readonly JsonElement[] Cases = [.. JsonDocument
        .Parse(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Golden", "metrics.json")))
        .RootElement.GetProperty("cases").EnumerateArray()];

    static IEnumerable<string> CasesOf(string kind) =>
        Cases.Where(stored => stored.GetProperty("kind").GetString() == kind).Select(stored => stored.GetProperty("id").GetString()!);

    public static TheoryData<string> MultiClass => [.. CasesOf("multiclass")];

    public static TheoryData<string> Binary => [.. CasesOf("binary_logit")];

    [Fact]
    public void Golden_file_holds_the_cases_these_tests_are_about()
    {
        Assert.Equal(10, MultiClass.Count);
        Assert.Equal(6, Binary.Count);
    }

    [Theory]
    [MemberData(nameof(MultiClass))]
    public void Counting_metrics_equal_the_reference_for_several_outputs(string id)
    {
        var (scores, outputs, targets, stored) = Load(id);

        foreach (var name in (string[])["acc1", "acc5", "f1", "precision", "recall"])
            if (stored.GetProperty("reference").TryGetProperty(name, out var expected))
                Assert.Equal(expected.GetDouble(), Catalog.Metrics[name].Compute(scores, outputs, targets)!.Value, CountTolerance);
            else
                Assert.NotNull(Catalog.Metrics[name].Refuses(outputs)); // the reference leaves out acc5 of two and three classes, no other
    }

    [Theory]
    [MemberData(nameof(MultiClass))]
    public void Per_class_figures_equal_the_reference(string id)
    {
        var (scores, outputs, targets, stored) = Load(id);

        var counts = ClassCounts.Of(scores, outputs, targets);

        AssertPerClass(counts, F1.OfClass, stored, "f1_per_class");
        AssertPerClass(counts, Precision.OfClass, stored, "precision_per_class");
        AssertPerClass(counts, Recall.OfClass, stored, "recall_per_class");
    }

    [Theory]
    [MemberData(nameof(MultiClass))]
    public void Auroc_equals_the_weighted_mean_over_present_classes(string id)
    {
        var (scores, outputs, targets, stored) = Load(id);

        var auroc = new Auroc().Compute(scores, outputs, targets);

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
        var counts = ClassCounts.Of(scores, outputs, targets);

        Assert.Equal(also.GetProperty("acc1_at_half").GetDouble(), new Acc1().Compute(scores, outputs, targets)!.Value, CountTolerance);
        Assert.Equal(also.GetProperty("acc1_at_half").GetDouble(), new Recall().Compute(scores, outputs, targets)!.Value, CountTolerance);
        Assert.Equal(also.GetProperty("f1_weighted_at_half").GetDouble(), new F1().Compute(scores, outputs, targets)!.Value, CountTolerance);
        Assert.Equal(also.GetProperty("f1_positive_at_half").GetDouble(), counts[1, F1.OfClass], CountTolerance);
        Assert.Equal(also.GetProperty("precision_positive_at_half").GetDouble(), counts[1, Precision.OfClass], CountTolerance);
        Assert.Equal(also.GetProperty("recall_positive_at_half").GetDouble(), counts[1, Recall.OfClass], CountTolerance);
    }

    [Theory]
    [MemberData(nameof(Binary))]
    public void Binary_auroc_equals_that_of_the_sigmoid_and_is_null_for_one_class(string id)
    {
        var (scores, outputs, targets, stored) = Load(id);
        var expected = stored.GetProperty("also").GetProperty("auroc_sigmoid");

        var auroc = new Auroc().Compute(scores, outputs, targets);

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
        var rows = stored.GetProperty("scores").EnumerateArray();
        float[] scores = [.. rows.SelectMany(row => row.ValueKind == JsonValueKind.Array
            ? row.EnumerateArray().Select(score => score.GetSingle())
            : [row.GetSingle()])];
        int[] targets = [.. stored.GetProperty("targets").EnumerateArray().Select(target => target.GetInt32())];
        return (scores, scores.Length / targets.Length, targets, stored);
    }
}
