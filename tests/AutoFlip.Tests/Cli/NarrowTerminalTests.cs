using System.Text.RegularExpressions;
using AutoFlip.Cli;

namespace AutoFlip.Tests;

/// <summary>Terminals of few columns: what is printed is broken between words, and tables become lines where they do not fit.</summary>
[Trait("speed", "slow")]
public sealed partial class NarrowTerminalTests : IDisposable
{
    const int Wide = 300; // columns on which everything fits

    readonly TemporaryDirectory _folder = new();

    public static TheoryData<int> Widths => [20, 40, 69, 70, 80];

    public void Dispose() => _folder.Dispose();

    /// <summary>Numbers, with their separators, exponents and fractions.</summary>
    [GeneratedRegex(@"\d(?:[\d.,:/x]|e[+-])*")]
    static partial Regex Number { get; }

    [GeneratedRegex(@"\e\[[0-9;?]*[A-Za-z]")]
    static partial Regex Control { get; }

    static IEnumerable<string> Numbers(string text) =>
        Number.Matches(Control.Replace(text, "")).Select(match => match.Value.TrimEnd('.', ',', ':')).Distinct().Order();

    /// <summary>The terminal would break it, and it could have been broken at a blank.</summary>
    static bool Overflows(string line, int columns) => line.Trim() is var text && text.Length > columns && text.Contains(' ');

    static Host HostOf(TextWriter output, int columns) =>
        new() { Out = output, Error = TextWriter.Null, Terminal = Shell.Terminal(output, ansi: false, columns), Width = columns };

    static string Printed(Action<Host> print, int columns)
    {
        using var output = new StringWriter { NewLine = "\n" };
        print(HostOf(output, columns));
        return output.ToString();
    }

    /// <summary>The same numbers as on a wide terminal, none of them split, and no line that the terminal itself would have to
    /// break, but for single words.</summary>
    static void CheckPrinted(Action<Host> print, int columns)
    {
        var text = Printed(print, columns);

        Assert.Equal(Numbers(Printed(print, Wide)), Numbers(text));
        Assert.DoesNotContain(text.Split('\n'), line => Overflows(line, columns));
        if (columns < 70) Assert.DoesNotContain('│', text);
    }

    static RunSummary Summary(string pruner) =>
        FakeEngine.Summary(new Experiment { Pruner = pruner, Dataset = "EMNIST-balanced", Rounds = 12_000 }, new RunOptions()) with
        {
            ModelSize = new(11_181_642, 3_354_493, 0.3, 4_123_456, 13_417_972),
            Traffic = new(123_456_789_012, 98_765_432_109, 1_234_567_890_123, 0.18, 7_654_321),
            ModelSha256 = "0a1b2c3d4e5f",
        };

    [Theory, MemberData(nameof(Widths))]
    public void Reports_of_one_run_and_of_several_split_no_number(int columns)
    {
        foreach (var runs in (RunSummary[][])[
            [Summary("none")], [Summary("none"), Summary("autoflip")], [.. Enumerable.Repeat(Summary("none"), 6)]])
            CheckPrinted(RunComparison.Of(runs).Write, columns);
    }

    [Theory, MemberData(nameof(Widths))]
    public void Comparison_of_the_demo_splits_no_number(int columns) =>
        CheckPrinted(host => DemoCommand.WriteComparison(Summary("none"), Summary("autoflip"), host), columns);

    /// <summary>As <c>autoflip experiment</c> prints it: long names, means with deviations.</summary>
    [Theory, MemberData(nameof(Widths))]
    public void Table_of_experiments_splits_no_number(int columns) => CheckPrinted(new FigureTable(
        ["seeds", "accuracy, last five", "against the baseline", "kept", "bytes, of dense", "time"],
        [
            ("FedAvg with 1,000 clients", ["3 of 10", "60.0 ± 10.0 %", "baseline", "100.0 %", "1.00 x", "1:02:03"]),
            ("AutoFLIP", ["10", "1,234.5 ± 12.3", "-12.3 ± 1.4 points", "30.0 %", "0.57 x", "59:59"]),
        ]).Write, columns);

    [Theory, MemberData(nameof(Widths))]
    public void Lists_of_models_and_of_data_sets_split_no_number(int columns)
    {
        foreach (var command in (string[][])[["list", "models"], ["data", "list"], ["data", "show", "Digits"]])
        {
            CheckPrinted(host => Assert.Equal((int)ExitCode.Done, App.Run(command, host)), columns);
        }
    }

    [Theory, MemberData(nameof(Widths))]
    public void Partition_splits_no_number(int columns) =>
        CheckPrinted(
            host => Assert.Equal(
                (int)ExitCode.Done, App.Run(["data", "partition", "--dataset", "Digits", "--clients", "12", "--partition", "diri"], host)),
            columns);

    [Theory, MemberData(nameof(Widths))]
    public void Evaluations_and_predictions_split_no_number(int columns)
    {
        CheckPrinted(new FigureTable(["value"], [("loss", ["12,345.6"]), ("acc1", ["98.7 %"]), ("auroc", ["0.9987"])]).Write, columns);
        var said = new Prediction([new(8, "Bag", 0.51234), new(9, "Ankle boot", 0.3), new(4, "Coat", 0.12)], null, []);
        (RawInput, Prediction?)[] predictions = [.. Enumerable.Range(0, 3).Select(i =>
            (new RawInput($"photos/image_{i}.png", [], null), (Prediction?)said))];
        CheckPrinted(host => PredictionText.Write(predictions, new Presentation(), host), columns);
        (RawInput, Prediction?)[] values = [(new RawInput("houses.csv:2", [], null), new Prediction([], 1234567.875, []))];
        CheckPrinted(host => PredictionText.Write(values, new Presentation(), host), columns);
    }

    /// <summary>Below 70 columns a run is told in lines, else drawn: in both cases its numbers are whole.</summary>
    [Theory, MemberData(nameof(Widths))]
    public void Run_splits_no_number_while_it_goes_on_and_in_its_result(int columns)
    {
        string[] run = [
            "run", "--dataset", "digits", "--K", "1000", "--C", "0.01", "--R", "12", "--eval_every", "5", "--perc_clients_for_mask",
            "0.02"];
        string[] known = [.. Numbers(Shell.Run(run).Out), .. Numbers(Shell.Run(run, step: null, terminal: true, columns: Wide).Out)];

        var ended = Shell.Run(run, step: null, terminal: true, columns: columns);

        Assert.Equal(columns < 70, !ended.Out.Contains('━'));
        Assert.DoesNotContain(Numbers(ended.Out).Except(known), number => !number.Contains(':')); // nothing but clocks
        if (columns < 70) Assert.DoesNotContain(ended.Lines, line => Overflows(line, columns));
    }

    [Theory, MemberData(nameof(Widths))]
    public void Help_fits(int columns)
    {
        foreach (var command in (string[][])[["--help"], .. App.Commands.Select(command => (string[])[command.Name, "--help"])])
            CheckPrinted(host => App.Run(command, host with { Width = columns }), columns);
    }

    [Fact]
    public void A_line_is_broken_between_its_fields_first()
    {
        const string Line = "  round 1/12  train loss 2.3026  kept 70.0 %";

        Assert.Equal([Line], LineBreaks.Of(Line, Line.Length));
        Assert.Equal(["  round 1/12", "    train loss 2.3026", "    kept 70.0 %"], LineBreaks.Of(Line, 24)); // the first two would take 31
        // "train loss 2.3026" would take 21
        Assert.Equal(["  round 1/12", "    train loss", "    2.3026", "    kept 70.0 %"], LineBreaks.Of(Line, 16));
    }
}
