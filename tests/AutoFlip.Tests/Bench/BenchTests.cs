using AutoFlip.Bench;
using AutoFlip.Cli;
using TorchSharp;
using static AutoFlip.Tests.TinyBench;

namespace AutoFlip.Tests;

/// <summary>Every measurement on a tiny setting prints a report, but for those that run alone (<see cref="BenchAloneTests"/>).</summary>
[Trait("speed", "slow")]
public sealed class BenchTests
{
    [Fact]
    public void Round_refuses_a_setting_that_the_bare_loop_does_not_know() =>
        Assert.Equal(
            ExitCode.BadRequest, Assert.Throws<AutoFlipException>(() => Report(Tiny with { Model = "TwoNN" }, RoundBench.Measure)).Code);

    [Fact]
    public void Combinations_resume_each_accepted_pair_and_name_the_refused()
    {
        var setting = ExperimentRules.Resolve(CombinationBench.Setting with { SampleFraction = 0.1, Rounds = 2, LocalEpochs = 1 });
        var variants = CombinationBench.Variants(setting);
        string[] chosen = ["random, units", "feddst, single weights"];

        var lines = Report(
            setting, context => CombinationBench.Measure(
                context, [.. variants.Where(variant => chosen.Contains(variant.Name))], ["fedavg", "scaffold", "median"]));

        Assert.Contains("| random, units | 3 | 3 | 0 | 0 | 3 | none |", lines);
        Assert.Contains("| feddst, single weights | 1 | 1 | 0 | 0 | 1 | 2: scaffold, median |", lines);
        Assert.Contains("| 2 | 3 | 4 | 4 | 2 |", lines);
        Assert.Every(Catalog.Pruners.Names, name => Assert.Contains(variants, variant => variant.Experiment.Pruner == name));
        Assert.Distinct(variants.Select(variant => variant.Experiment));
    }

    [Fact]
    public void Augmentation_reports_a_gap() => Report(Tiny, AugmentationBench.Measure);

    [Fact]
    public void Load_reports_every_way_of_reading()
    {
        var lines = Report(Tiny with { Dataset = "Digits", Resize = 4 }, LoadBench.Measure);

        foreach (var row in (string[])[
            "from the files", "from the files into the cache", "from the cache", "as they are", "crops and horizontal flips",
            "flips and colour jitter", "all augmentations"])
            Assert.Contains(lines, line => line.StartsWith($"| {row} |", StringComparison.Ordinal));
    }

    [Fact]
    public void Fold_reports_every_length() => Report(Tiny, context => FoldBench.Measure(context, [100, 1000]));

    [Fact]
    public void Shrink_reports_every_cut_and_its_memory()
    {
        ShrinkBench.Model[] models = [new("tiny, of eights", TwoNn.Create(new(1, 4, 4), 3, new ModelOptions { HiddenSize = 64 }), 100)];

        var lines = Report(Tiny, context => ShrinkBench.Measure(context, steps: 1, models, one => ShrinkMemory.Run(context, one, models)));

        Assert.Equal(1 + 3 * 3 + 3 + 3, lines.Count(line => line.StartsWith("| tiny, of eights |", StringComparison.Ordinal)));
        Assert.Contains(lines, line => line.StartsWith("| tiny, of eights | 0.5 of units | 32 32 |", StringComparison.Ordinal));
    }

    [Fact]
    public void Kernels_report_every_network_and_what_it_realises()
    {
        var dense = TwoNn.Create(new(1, 4, 4), 3, new ModelOptions { HiddenSize = 64 });
        KernelBench.Case[] cases = [new("dense", dense, 10), new("half", dense.WithWidths(_ => 32), 10, "dense")];

        var lines = Report(Tiny, context => KernelBench.Measure(context, cases, milliseconds: 1));

        foreach (var row in (string[])["| dense |", "| half |", "| dense: half |"])
            Assert.Contains(lines, line => line.StartsWith(row, StringComparison.Ordinal));
    }

    [Fact]
    public void Encoder_reports_the_bare_loop_and_half_of_the_parameters()
    {
        EncoderShape shape = new() { Layers = 2, Heads = 4, Neurons = 64, Positions = 12 };

        var lines = Report(Tiny, context => EncoderBench.Measure(context, new(50, 32, shape, Steps: 12, Batch: 2)));

        foreach (var row in (string[])["| bare TorchSharp loop |", "| own / bare loop |", "| realised |"])
            Assert.Contains(lines, line => line.StartsWith(row, StringComparison.Ordinal));
    }

    [Fact]
    public void Shrink_refuses_a_case_that_it_does_not_have() => Assert.Contains(
        "TwoCNN-32-dense",
        Assert.Throws<AutoFlipException>(() => Report(Tiny, ShrinkBench.Measure, new BenchOptions { Case = "?" })).Message,
        StringComparison.Ordinal);

    [Fact]
    public void Onnx_reports_every_cut_of_large_and_of_single_batches()
    {
        OnnxBench.Model[] models = [new("tiny", TwoNn.Create(new(1, 4, 4), 3, new ModelOptions { HiddenSize = 64 }))];

        var lines = Report(Tiny, context => OnnxBench.Measure(context, models, seconds: 0));

        foreach (var batch in (string[])["64", "1"])
            foreach (var removed in (string[])["0", "0.5", "0.7"])
                Assert.Single(lines, line => line.StartsWith($"| tiny | {batch} | {removed} |", StringComparison.Ordinal));
        Assert.Equal(2, lines.Count(line => line.StartsWith("| tiny: ", StringComparison.Ordinal))); // the bound is on the large ones
    }

    [Fact]
    public void Half_the_width_is_half_of_the_units_of_every_layer_and_all_of_their_weights()
    {
        var network = TwoCnn.Create(new(1, 24, 24), 10, new ModelOptions { HiddenSize = 4 });

        var mask = new Narrowed(0.5m).Prune(new PruningContext(network, 1, [], null, new Seeds(1)));

        Assert.Equal("2 4 256", ShrinkBench.Widths(mask.Units!.Small));
        Assert.Equal(mask.Units.Small.Layout.Count, mask.Kept);
    }

    [Fact]
    public void Wire_reports_every_format() =>
        Report(Tiny, context => WireBench.Measure(context, TinyFederation.Network(TinyFederation.Experiment)));

    [Fact]
    public void Memory_reports_each_case() => Report(
        MemoryBench.Setting with { Model = "LogReg", Rounds = 1 },
        context => MemoryBench.Measure(context, [new(20, 200), new(40, 200)], one => MemoryBench.Run(context, one)));

    [Fact]
    public void Memory_refuses_a_case_that_it_does_not_have() => Assert.Contains(
        "10000x60000",
        Assert.Throws<AutoFlipException>(() => Report(MemoryBench.Setting, MemoryBench.Measure, new BenchOptions { Case = "5x5" })).Message,
        StringComparison.Ordinal);

    [Fact]
    public void Leak_reports_five_readings_of_each_run()
    {
        var lines = Report(
            Tiny with { Pruner = "autoflip", ExplorerFraction = 1, Rounds = 5 },
            context => LeakBench.Measure(context, one => LeakBench.Run(context, one)));

        Assert.Equal(
            15,
            lines.SkipWhile(line => !line.StartsWith("| pruning |", StringComparison.Ordinal)).Skip(2)
                .TakeWhile(line => line.StartsWith('|')).Count());
    }

    [Fact]
    public void Small_batches_refuse_a_setting_that_the_bare_loop_does_not_know() =>
        Assert.Equal(
            ExitCode.BadRequest,
            Assert.Throws<AutoFlipException>(() => Report(TinyBatches with { Momentum = 0.9 }, SmallBatchBench.Measure)).Code);

    [Fact]
    public void Small_batches_are_the_experiment_of_the_file()
    {
        var file = ExperimentFile.Load(Path.Combine(SourceTree.Root, "experiments", "pfl-cifar10.json"));

        Assert.Equal(RunIdentity.Of(ExperimentRules.Resolve(file)), RunIdentity.Of(ExperimentRules.Resolve(SmallBatchBench.Setting)));
        Assert.Equal(file.Rounds, SmallBatchBench.Setting.Rounds); // which is no part of the identity
    }

    [Theory, InlineData("TwoCNN"), InlineData("SimpleCNN")]
    public void The_bare_loop_computes_what_the_engine_computes(string model)
    {
        var tiny = model == Tiny.Model ? Tiny : TinyBatches;
        var context = Context(tiny, new StringWriter());
        var data = BenchFederation.Load(context);
        using var federation = new BenchFederation(context, tiny, data);
        using var batches = new ReadBatches(tiny, data);
        using var bare = model == Tiny.Model
            ? BareTorch.TwoCnn(tiny, data.Train.Shape, federation.Initial)
            : BareTorch.SimpleCnn(tiny, data.Train.Shape, federation.Initial);
        using var module = new NetworkModule<float>(federation.Network);
        federation.Initial.Values.CopyTo(module.Values);
        using var scope = torch.NewDisposeScope();

        var (want, got) = (module.Forward(batches[0][0].Input, training: false), bare.Forward(batches[0][0].Input));

        Assert.True(torch.allclose(want, got, rtol: 1e-4, atol: 1e-5)); // sums of 1,000 terms in another order
    }

    [Theory, InlineData("TwoCNN"), InlineData("SimpleCNN")]
    public void The_bare_loop_with_own_parts_trains_as_a_client_does_to_the_bit(string model)
    {
        var tiny = model == Tiny.Model ? Tiny : TinyBatches; // the second one draws dropout
        var context = Context(tiny, new StringWriter());
        var data = BenchFederation.Load(context);
        var network = RunNetwork.Build(tiny, Catalog.Resolve(tiny), data.Contract);
        var initial = BenchFederation.InitialOf(tiny, network);
        using var batches = new ReadBatches(tiny, data);
        using var bare = new BareOwn(tiny, network, initial);
        using var workspace = Workspace.Of(tiny);
        var task = new SentTask(tiny, new ClientTask(ClientWork.Train, 1, tiny.LearningRate, initial, Mask.Dense(network.Layout)));

        bare.Train(batches[0], batches.Cohort[0]);
        var (_, reply) = task.Read(
            new ClientHost(tiny, Catalog.Resolve(tiny), network, new SimulatedData(data), new VolatileStore(), TimeProvider.System)
                .Handle(workspace, task.Whole.Span, batches.Cohort[0], context.Cancel),
            batches.Cohort[0]);

        Assert.True(reply.Values.SequenceEqual(bare.Values));
    }

    [Fact]
    public void Contestants_take_turns_after_one_turn_that_does_not_count()
    {
        var order = "";
        var figure = 0;
        Func<double> Take(string name) => () =>
        {
            order += name;
            return ++figure;
        };

        var series = Series.Interleave(Context(Tiny, new StringWriter()), 3, ("A", Take("a")), ("B", Take("b")));

        Assert.Equal("abababab", order);
        Assert.Equal([3, 5, 7], series[0].Values); // 1 and 2 were the warm-up
        Assert.Equal([4, 6, 8], series[1].Values);
    }

    [Fact]
    public void A_series_knows_its_middle_and_its_ends()
    {
        Series odd = new("odd", [3, 1, 2]), even = new("even", [4, 1, 3, 2]);

        Assert.Equal((2, 1, 3), (odd.Median, odd.Min, odd.Max));
        Assert.Equal(2.5, even.Median);
        Assert.Equal([3.0 / 4, 1, 2.0 / 3], odd.Over(even).Values);
    }

    [Fact]
    public void A_job_that_throws_reaches_the_caller()
    {
        var thrown = Assert.Throws<InvalidOperationException>(() =>
            SideBySide.Run(2, 4, (_, job) => throw new InvalidOperationException($"job {job}")));

        Assert.StartsWith("job ", thrown.Message);
    }

    [Fact]
    public void Names_of_measurements_are_unique_and_their_settings_sound()
    {
        Assert.Distinct(Benchmark.All.Select(benchmark => benchmark.Name));
        Assert.Every(Benchmark.All, benchmark => ExperimentRules.Check(benchmark.Experiment));
    }

    [Fact]
    public void Help_lists_every_measurement_and_its_options()
    {
        var output = new StringWriter();

        var code = App.Run(new BenchCommand(), ["--help"], new Host { Out = output, Error = TextWriter.Null });

        Assert.Equal((int)ExitCode.Done, code);
        Assert.StartsWith("Usage: ./bench NAME [options]\n", output.ToString(), StringComparison.Ordinal);
        Assert.Every(Benchmark.All, benchmark => Assert.Contains($"\n  {benchmark.Name} ", output.ToString(), StringComparison.Ordinal));
        Assert.Every(
            ["--repeats", "--minutes", "--case", "--workers"],
            option => Assert.Contains($"\n  {option} ", output.ToString(), StringComparison.Ordinal));
    }

    [Fact]
    public void Options_of_measurements_and_of_runs_are_read_together()
    {
        var parser = new OptionParser("bench", new BenchCommand().Settings);

        var request = (BenchRequest)parser.Parse(["round", "--minutes", "2.5", "--workers", "3", "--case", "a", "--rounds", "4"])
            .Over(new BenchRequest()).Request;

        Assert.Equal(new BenchOptions { Minutes = 2.5, Case = "a" }, request.Bench);
        Assert.Equal((3, 4), (request.Options.Workers, request.Experiment.Rounds));
    }

    [Fact]
    public void An_unknown_measurement_is_refused_with_the_names_of_all()
    {
        var error = new StringWriter();

        var code = App.Run(new BenchCommand(), ["fodl"], new Host { Out = new StringWriter(), Error = error });

        Assert.Equal((int)ExitCode.BadRequest, code);
        Assert.Contains("fold", error.ToString(), StringComparison.Ordinal);
    }
}
