namespace AutoFlip.Tests;

public class RunWarningsTests
{
    /// <summary>TwoCNN 32 on grey 24x24 has 1,663,370 parameters: 4 bytes of 700 explorers are 4.3 GiB, two
    /// rounds of 400 clients 4.9 GiB.</summary>
    [Theory]
    [InlineData(10, 1, WireFormat.Int8), InlineData(700, 1, WireFormat.Fp16, "Experiment.ExplorerFraction")]
    [InlineData(400, 0.1, WireFormat.Int8, "Experiment.WireUp fp16")]
    [InlineData(700, 1, WireFormat.Int8, "Experiment.ExplorerFraction", "Experiment.WireUp fp16")]
    public void What_would_fill_a_disk_is_said_beforehand(int clients, double explorers, WireFormat up, params string[] remedies)
    {
        var network = Catalog.Models["TwoCNN"](new SampleShape(1, 24, 24), 10, new ModelOptions());

        var experiment = new Experiment
        {
            Clients = clients,
            ExplorerFraction = explorers,
            WireUp = up,
            Criterion = "CrossEntropyLoss",
            Metrics = ["acc1"]
        };

        var warnings = RunWarnings.OfSize(experiment, Catalog.Resolve(experiment), network, "here").ToList();

        Assert.Equal(remedies.Length, warnings.Count);
        foreach (var (remedy, warning) in remedies.Zip(warnings)) Assert.Contains(remedy, warning, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(EvaluationScope.Both, false, 0, "clients hold out no samples")]
    [InlineData(EvaluationScope.Global, false, 0, "clients hold out no samples")]
    [InlineData(EvaluationScope.Global, false, 9, "Experiment.EvaluationScope global leaves out")]
    [InlineData(EvaluationScope.Both, false, 9, null), InlineData(EvaluationScope.Local, false, 9, null)]
    [InlineData(EvaluationScope.Global, true, 0, null), InlineData(EvaluationScope.Both, true, 0, null)]
    public void A_run_without_any_figure_is_announced(EvaluationScope scope, bool hasTest, long heldOut, string? sentence)
    {
        var warnings = RunWarnings.OfEvaluation(new() { EvaluationScope = scope }, hasTest, heldOut).ToList();

        if (sentence is null) Assert.Empty(warnings);
        else Assert.Contains(sentence, Assert.Single(warnings), StringComparison.Ordinal);
    }

    /// <summary>TwoNN has three layers with weights, and no batch normalisation.</summary>
    [Theory]
    [InlineData("fedbn", "", 0, "TwoNN has no batch normalisation, so this is fedavg.")]
    [InlineData("fedper", "personalLayers", 3, "with Options.PersonalLayers 3 no layer of TwoNN is shared.")]
    [InlineData("fedper", "personalLayers", 0, "with Options.PersonalLayers 0 no layer is personal, so this is fedavg.")]
    [InlineData("fedper", "personalLayers", 2, null)]
    [InlineData("fedrep", "personalLayers", 4, "no layer of TwoNN is shared.")]
    [InlineData("fedsam", "adaptiveEta", 0.5, "Options.AdaptiveEta 0.5 has no effect: it is for Options.Adaptive true.")]
    [InlineData("fedsam", "rho", 0.5, null)]
    public void Algorithms_with_nothing_to_act_on_are_named_before_the_run(string algorithm, string option, object value, string? sentence)
    {
        var experiment = TinyFederation.Experiment with { Algorithm = algorithm, Pruner = Experiment.NoPruner };
        if (option.Length > 0) experiment = experiment.WithOption(option, value);

        var warnings = Catalog.Resolve(experiment).Algorithm.Warns(experiment, TinyFederation.Network(experiment)).ToList();

        if (sentence is null) Assert.Empty(warnings);
        else Assert.Contains(sentence, Assert.Single(warnings), StringComparison.Ordinal);
    }

    /// <summary>A control variate is as long as an int8 residual.</summary>
    [Theory, InlineData("scaffold"), InlineData("feddyn")]
    public void State_of_clients_that_would_fill_a_disk_is_said_beforehand(string algorithm)
    {
        var network = Catalog.Models["TwoCNN"](new SampleShape(1, 24, 24), 10, new ModelOptions());
        var experiment = new Experiment
        {
            Clients = 400,
            Algorithm = algorithm,
            Optimizer = "SGD",
            Criterion = "CrossEntropyLoss",
            Metrics = ["acc1"]
        };

        var warning = Assert.Single(RunWarnings.OfSize(experiment, Catalog.Resolve(experiment), network, "here"));

        Assert.Equal($"The clients' state of Experiment.Algorithm {algorithm} will take up to 4 GB in here.", warning);
    }
}
