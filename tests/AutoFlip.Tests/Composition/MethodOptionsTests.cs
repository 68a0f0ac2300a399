using AutoFlip.Cli;

namespace AutoFlip.Tests;

/// <summary>Options that methods declare in their own files.</summary>
public class MethodOptionsTests
{
    static readonly Experiment Prox = new() { Algorithm = "fedprox", Pruner = "none" };

    static readonly MethodOption Mu = MethodOption.Of(new AutoFlip.FedProx(0)).Single();

    [Fact]
    public void A_method_declares_its_options_by_its_properties()
    {
        Assert.Equal(("mu", "mu", "Options.Mu", 0.01), (Mu.Name, Mu.Spelling, Mu.ApiName, Mu.Default));
        Assert.Equal("a number of at least 0", Mu.Accepted);
        Assert.Equal(
            [true, true, false, false, false],
            ((double[])[0, 7, -1e-9, double.NaN, double.PositiveInfinity]).Select(value => Mu.Accepts(value)));
        Assert.Empty(MethodOption.Of(new FedAvg(0)));
    }

    /// <summary>An entry need not think of options, and may have one method for all experiments.</summary>
    [Fact]
    public void The_catalogue_gives_every_method_the_values_of_its_options()
    {
        var shared = new AutoFlip.FedProx(0);
        var entry = Catalog.WithOptions(_ => shared);

        Assert.Equal([0.5, 0.01, 2], new[] { Prox.WithOption("mu", 0.5), Prox, Prox.WithOption("mu", 2.0) }
            .Select(experiment => ((AutoFlip.FedProx)entry(experiment)).Mu));
        Assert.Equal(0.01, shared.Mu);
        Assert.Equal(
            LayerDensities.Erk,
            ((RandomPruner)Catalog.WithOptions(e => new RandomPruner(PruningPlan.Of(e)))(
                new Experiment().WithOption("layerDensities", LayerDensities.Erk))).LayerDensities);
    }

    [Fact]
    public void A_range_is_stated_in_words()
    {
        Assert.Equal("a number in [0, 1)", new OptionAttribute("") { AtLeast = 0, Below = 1 }.InWords("a number"));
        Assert.Equal("a number in (0, 1]", new OptionAttribute("") { Above = 0, AtMost = 1 }.InWords("a number"));
        Assert.Equal("a number above 0", new OptionAttribute("") { Above = 0 }.InWords("a number"));
        Assert.Equal("a whole number of at most 9", new OptionAttribute("") { AtMost = 9 }.InWords("a whole number"));
        Assert.Equal("a number below 2", new OptionAttribute("") { Below = 2 }.InWords("a number"));
        Assert.Equal("a number", new OptionAttribute("").InWords("a number"));
    }

    [Fact]
    public void An_option_has_one_type_one_default_and_one_kind_of_method_and_no_name_of_an_experiments_own()
    {
        var options = new[] {
            Catalog.Algorithms.Select(entry => (object)entry.Value(new())), Catalog.Pruners.Select(entry => (object)entry.Value(new())),
            Catalog.Guidances.Select(entry => (object)entry.Value), Catalog.Partitions.Select(entry => (object)entry.Value(new())) }
            .SelectMany((methods, kind) =>
                methods.SelectMany(method => MethodOption.Of(method)).Select(option => (option.Name, option.Type, option.Default, kind)));

        Assert.Every(options.GroupBy(option => option.Name), same => Assert.Single(same.Distinct()));
        Assert.DoesNotContain(MethodOptions.All, declared => ExperimentFile.Fields.Contains(declared.Option.Name));
        Assert.Every(MethodOptions.All, declared => Assert.True(declared.Option.Accepts(declared.Option.Default)));
        Type[] accepted = [typeof(double), typeof(int), typeof(bool), typeof(string)];
        Assert.Every(
            MethodOptions.All, declared => Assert.True(declared.Option.Type.IsEnum || accepted.Contains(declared.Option.Type)));
    }

    [Fact]
    public void An_option_may_be_one_of_some_names()
    {
        var random = new Experiment { Pruner = "random", Pruning = PruningKind.Unstructured };
        var chosen = ExperimentRules.Resolve(random.WithOption("layerDensities", LayerDensities.Erk));
        var text = ExperimentFile.Write(chosen);

        Assert.Contains("\n  \"layerDensities\": \"erk\"\n", text, StringComparison.Ordinal);
        Assert.Equal(chosen.Options, ExperimentFile.Read(text, "my.json").Options);
        Assert.Contains("--layer-densities auto|global|uniform|erk\n", Shell.Run("run", "--help", "random").Out, StringComparison.Ordinal);
        Assert.Equal(
            ["Options.LayerDensities: '9' is not accepted. Accepted: auto, global, uniform, erk."],
            ExperimentRules.Violations(random.WithOption("layerDensities", (LayerDensities)9)));
        Assert.StartsWith(
            "my.json: field 'layerDensities': \"even\" is not accepted. Accepted: \"auto\", \"global\", \"uniform\", \"erk\".",
            Assert.Throws<AutoFlipException>(() => ExperimentFile.Read("""{"layerDensities":"even"}""", "my.json")).Message,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("fedprox", -1.0, "Options.Mu: '-1' is not accepted. Accepted: a number of at least 0.")]
    [InlineData(
        "fedavg", 0.5, "Options.Mu: '0.5' is not accepted. Accepted: only with Experiment.Algorithm fedprox; fedavg has no such option.")]
    public void A_value_is_refused_out_of_range_and_where_the_method_has_no_such_option(string algorithm, double mu, string sentence) =>
        Assert.Equal([sentence], ExperimentRules.Violations((Prox with { Algorithm = algorithm }).WithOption("mu", mu)));

    [Fact]
    public void An_option_that_no_method_has_is_refused()
    {
        Assert.Equal(
            "No method has an option 'nu'. Did you mean 'mu'?", Assert.Throws<AutoFlipException>(() => Prox.WithOption("nu", 1.0)).Message);
        Assert.Equal(
            "Options.Mu: 'a' is not accepted. Accepted: a number of at least 0.",
            Assert.Throws<AutoFlipException>(() => Prox.WithOption("mu", "a")).Message);
    }

    [Fact]
    public void Experiments_are_equal_if_their_options_are() => Assert.Multiple(
        () => Assert.Equal(Prox.WithOption("mu", 0.5).Options, Prox.WithOption("mu", 0.5).Options),
        () => Assert.Equal(Prox.WithOption("mu", 0.5).Options.GetHashCode(), Prox.WithOption("mu", 0.5).Options.GetHashCode()),
        () => Assert.NotEqual(Prox.WithOption("mu", 0.5).Options, Prox.WithOption("mu", 0.25).Options),
        () => Assert.NotEqual(Prox.Options, Prox.WithOption("mu", 0.5).Options));

    [Fact]
    public void An_option_is_a_field_of_the_experiments_file_and_comes_back()
    {
        var resolved = ExperimentRules.Resolve(Prox.WithOption("mu", 0.5));
        var text = ExperimentFile.Write(resolved);

        Assert.Contains("\n  \"mu\": 0.5\n", text, StringComparison.Ordinal);
        Assert.Equal(resolved.Options, ExperimentFile.Read(text, "my.json").Options);
        Assert.Equal(
            0.5, ((AutoFlip.FedProx)Catalog.Resolve(resolved with { Criterion = "CrossEntropyLoss", Metrics = ["acc1"] }).Algorithm).Mu);
    }

    [Fact]
    public void What_is_written_down_has_every_option_of_the_methods_and_no_other()
    {
        Assert.Equal("mu 0.01", ExperimentRules.Resolve(Prox).Options.ToString());
        Assert.Equal("", ExperimentRules.Resolve(Prox.WithOption("mu", 0.01) with { Algorithm = "fedavg" }).Options.ToString());
    }

    [Theory]
    [InlineData("""{"mu":"x"}""", "my.json: field 'mu': \"x\" is not accepted. Accepted: a number.")]
    [InlineData("""{"mi":1}""", "my.json: there is no field 'mi'. Did you mean 'mu'?")]
    public void A_wrong_field_is_refused(string json, string sentence) =>
        Assert.StartsWith(
            sentence, Assert.Throws<AutoFlipException>(() => ExperimentFile.Read(json, "my.json")).Message, StringComparison.Ordinal);

    /// <summary>A default is no choice: a run of a program in which the method did not have the option yet is the same run.</summary>
    [Fact]
    public void A_default_does_not_change_what_a_run_is_and_another_value_does()
    {
        Assert.Equal(RunIdentity.Of(Prox), RunIdentity.Of(Prox.WithOption("mu", 0.01)));
        Assert.NotEqual(RunIdentity.Of(Prox), RunIdentity.Of(Prox.WithOption("mu", 0.02)));
    }

    [Fact]
    public void The_command_line_has_the_option_its_help_and_its_refusal()
    {
        var ended = Shell.Run("run", "--algorithm", "FedProx", "--mu", "0.5");
        Assert.Equal(
            ("fedprox", "none", "mu 0.5"), (ended.Experiment!.Algorithm, ended.Experiment.Pruner, ended.Experiment.Options.ToString()));

        var help = Shell.Run("run", "--help", "fedprox").Out;
        Assert.Contains("--mu F ", help, StringComparison.Ordinal);
        Assert.DoesNotContain("--clients", help, StringComparison.Ordinal);

        Assert.Equal(
            "autoflip: --mu: '0.5' is not accepted. Accepted: only with --algorithm fedprox; fedavg has no such option.\n",
            Shell.Run("run", "--mu", "0.5").Error);
        Assert.Equal(
            "autoflip: --mu: '0.01' is not accepted. Accepted: only with --algorithm fedprox; fedavg has no such option.\n",
            Shell.Run("run", "--mu", "0.01").Error); // its default
    }

    [Fact]
    public void The_command_of_a_report_has_the_option() => Assert.EndsWith(
        " --mu 0.5", ExperimentChoices.Command(ExperimentRules.Resolve(Prox.WithOption("mu", 0.5))), StringComparison.Ordinal);
}
