using System.Collections.Immutable;
using System.Reflection;

namespace AutoFlip.Cli;

/// <summary>Output of a command while it runs; does not affect the run.</summary>
sealed record Presentation
{
    /// <summary>Only the run directory and the result.</summary>
    public bool Quiet { get; init; }

    /// <summary>JSON lines on standard output, nothing else.</summary>
    public bool Json { get; init; }

    /// <summary>Plain lines even on a terminal.</summary>
    public bool Plain { get; init; }

    /// <summary>Stack traces of failures.</summary>
    public bool Verbose { get; init; }

    /// <summary>Port of the live view where none is given.</summary>
    public const int DefaultPort = 8642;

    /// <summary>The port of the live view; null for none.</summary>
    public int? Live { get; init; }

    /// <summary>The file that a report is written to; null for none.</summary>
    public string? Html { get; init; }

    /// <summary>Shows the folders of data sets that are named by their paths in reports.</summary>
    public bool KeepPaths { get; init; }

    /// <summary>Options of reports.</summary>
    public ReportOptions Report => ExperimentChoices.ForReports with { KeepPaths = KeepPaths };

    /// <summary>Figures in the run directory once the run has ended.</summary>
    public bool Plot { get; init; }

    /// <summary>Format of the log that replaces the display; null shows the display.</summary>
    public LogFormat? LogFormat { get; init; }

    /// <summary>True if the lines of the log are shown.</summary>
    public bool ShowsLog => LogFormat is not null && !Quiet;
}

/// <summary>The options that together name a method; null where the command line is silent.</summary>
sealed record MethodChoice
{
    /// <summary>An algorithm, or <c>autoflip</c>.</summary>
    public string? Algorithm { get; init; }

    /// <summary>A pruner.</summary>
    public string? Pruner { get; init; }

    /// <summary>The reference's <c>--random_pruning</c>.</summary>
    public bool? RandomPruning { get; init; }

    /// <summary>The reference's <c>--mask_pruining</c>.</summary>
    public bool? Prune { get; init; }

    /// <summary>Puts the choice on top of an experiment: <c>--pruner</c> decides, then random pruning, then no
    /// pruning, then the algorithm.</summary>
    /// <exception cref="AutoFlipException">The options contradict one another (exit 2).</exception>
    public Experiment Apply(Experiment experiment, Action<string> warn)
    {
        if (Algorithm is not null) experiment = experiment.WithMethod(Algorithm);
        if (Pruner is not null)
        {
            Refuse(RandomPruning == true, "random", "--random_pruning True");
            Refuse(Prune == false, Experiment.NoPruner, "--prune False (--mask_pruining)");
            if (Is(Algorithm, "autoflip") && !Is(Pruner, "autoflip"))
                warn($"--algorithm autoflip means fedavg with the pruner autoflip; --pruner {Pruner} takes that pruner's place.");
            return experiment with { Pruner = Pruner };
        }
        if (RandomPruning == true) return experiment with { Pruner = "random" };
        return Prune == false ? experiment with { Pruner = Experiment.NoPruner } : experiment;
    }

    void Refuse(bool given, string pruner, string option)
    {
        if (given && !Is(Pruner, pruner))
            throw AutoFlipException.BadRequest(
                $"--pruner {Pruner} and {option} contradict each other: {option} means --pruner {pruner}. Give one of them.");
    }

    static bool Is(string? name, string other) => other.Equals(name, StringComparison.OrdinalIgnoreCase);
}

/// <summary>Options of tables of experiments, besides those of their runs.</summary>
sealed record TableOptions
{
    /// <summary>Say what there is to run, and run nothing.</summary>
    public bool DryRun { get; init; }

    /// <summary>Rows to run: the names that match, in which <c>*</c> stands for any text.</summary>
    public ImmutableArray<string> Rows { get; init; } = ["*"];
}

/// <summary>Options of the cache of decoded images.</summary>
sealed record CacheOptions
{
    /// <summary>Delete it.</summary>
    public bool Clear { get; init; }
}

/// <summary>A parsed command line, as immutable records. A program with options of its own derives from it.</summary>
record Request
{
    /// <summary>The experiment.</summary>
    public Experiment Experiment { get; init; } = new();

    /// <summary>Options of its execution.</summary>
    public RunOptions Options { get; init; } = new();

    /// <summary>Options of the output.</summary>
    public Presentation Show { get; init; } = new();

    /// <summary>The method's options, until <see cref="Resolve"/>.</summary>
    public MethodChoice Method { get; init; } = new();

    /// <summary>Options of methods that were given, including those at their defaults.</summary>
    public ImmutableArray<MethodOption> OfMethods { get; init; } = [];

    /// <summary>Options of <c>list models</c>.</summary>
    public ListOptions List { get; init; } = new();

    /// <summary>Output directory and formats of plots.</summary>
    public PlotOptions Plot { get; init; } = new();

    /// <summary>Options of saved models.</summary>
    public ShipOptions Ship { get; init; } = new();

    /// <summary>Options of tables.</summary>
    public TableOptions Tables { get; init; } = new();

    /// <summary>Options of the cache.</summary>
    public CacheOptions Cache { get; init; } = new();

    /// <summary>Options of servers and clients.</summary>
    public NetworkOptions Network { get; init; } = new();

    /// <summary>Options of certificates and tokens.</summary>
    public PkiOptions Pki { get; init; } = new();

    /// <summary>The value of a property of one of these records.</summary>
    public virtual object? this[PropertyInfo property] => property.GetValue(
        property.DeclaringType == typeof(Experiment) ? Experiment
        : property.DeclaringType == typeof(RunOptions) ? Options
        : property.DeclaringType == typeof(Presentation) ? Show
        : property.DeclaringType == typeof(ListOptions) ? List
        : property.DeclaringType == typeof(PlotOptions) ? Plot
        : property.DeclaringType == typeof(ShipOptions) ? Ship
        : property.DeclaringType == typeof(TableOptions) ? Tables
        : property.DeclaringType == typeof(CacheOptions) ? Cache
        : property.DeclaringType == typeof(PkiOptions) ? Pki
        : property.DeclaringType == typeof(NetworkOptions) ? Network
        : Method);

    /// <summary>A copy with one property of one of these records changed.</summary>
    public virtual Request With(PropertyInfo property, object? value) =>
        property.DeclaringType == typeof(Experiment) ? this with { Experiment = Set(Experiment with { }, property, value) }
        : property.DeclaringType == typeof(RunOptions) ? this with { Options = Set(Options with { }, property, value) }
        : property.DeclaringType == typeof(Presentation) ? this with { Show = Set(Show with { }, property, value) }
        : property.DeclaringType == typeof(ListOptions) ? this with { List = Set(List with { }, property, value) }
        : property.DeclaringType == typeof(PlotOptions) ? this with { Plot = Set(Plot with { }, property, value) }
        : property.DeclaringType == typeof(ShipOptions) ? this with { Ship = Set(Ship with { }, property, value) }
        : property.DeclaringType == typeof(TableOptions) ? this with { Tables = Set(Tables with { }, property, value) }
        : property.DeclaringType == typeof(CacheOptions) ? this with { Cache = Set(Cache with { }, property, value) }
        : property.DeclaringType == typeof(PkiOptions) ? this with { Pki = Set(Pki with { }, property, value) }
        : property.DeclaringType == typeof(NetworkOptions) ? this with { Network = Set(Network with { }, property, value) }
        : this with { Method = Set(Method with { }, property, value) };

    /// <summary>The request with its method settled, every rule checked and every name in its catalogue's spelling.</summary>
    /// <exception cref="AutoFlipException">It breaks a rule (exit 2).</exception>
    public Request Resolve(Action<string> warn)
    {
        ExperimentRules.Check(Options);
        var experiment = ExperimentRules.Resolve(Method.Apply(Experiment, warn));
        foreach (var option in OfMethods) MethodOptions.Require(experiment, option);
        return this with { Experiment = experiment, Method = new() };
    }

    /// <summary>Sets a property of a copy.</summary>
    protected static T Set<T>(T fresh, PropertyInfo property, object? value)
    {
        property.SetValue(fresh, value); // init-only, and the copy is not shared yet
        return fresh;
    }
}
