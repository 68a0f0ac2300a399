using System.Collections.Immutable;
using System.Linq.Expressions;
using System.Reflection;

namespace AutoFlip.Cli;

/// <summary>Headings of the help, in order.</summary>
enum SettingGroup { Experiment, Data, Model, Pruning, Federation, LocalTraining, Evaluation, Network, Running, WithoutEffect }

/// <summary>Number of values of an option.</summary>
enum Arity
{
    /// <summary>None or a boolean: a flag.</summary>
    Flag,

    /// <summary>None or one: see <see cref="Setting.Implied"/>.</summary>
    Optional,

    /// <summary>Exactly one.</summary>
    One,

    /// <summary>One or more.</summary>
    Many,
}

/// <summary>One option as data: parsing, help and the checks of spelling all read this.</summary>
sealed record Setting
{
    /// <summary>Spellings as declared: the good name first, then the reference's.</summary>
    public required ImmutableArray<string> Declared { get; init; }

    /// <summary>Heading in the help.</summary>
    public SettingGroup Group { get; init; }

    /// <summary>Stands for the value in the help.</summary>
    public required string Placeholder { get; init; }

    /// <summary>One or two plain sentences.</summary>
    public required string Help { get; init; }

    /// <summary>Type of the value.</summary>
    public required Type Type { get; init; }

    /// <summary>Number of values.</summary>
    public Arity Arity { get; init; } = Arity.One;

    /// <summary>The value that stands for none, of a flag and of an option whose value may be left out; null
    /// where a value must follow.</summary>
    public string? Implied { get; init; }

    /// <summary>The property it sets; null if it sets none.</summary>
    public PropertyInfo? Property { get; init; }

    /// <summary>The option of a method that it sets; null if it sets none.</summary>
    public MethodOption? Option { get; init; }

    /// <summary>The methods that have <see cref="Option"/>.</summary>
    public ImmutableArray<string> Methods { get; init; } = [];

    /// <summary>Change of a request by an option that sets no single property; null if it sets one.</summary>
    public Func<Request, object, Request>? Change { get; init; }

    /// <summary>Another property that it sets to the same value; null if there is none.</summary>
    public PropertyInfo? Also { get; init; }

    /// <summary>Reason why the option has no effect, for a warning; null if it has one. With a <see cref="Change"/> it is the reason why
    /// it has none without a value.</summary>
    public string? WithoutEffect { get; init; }

    /// <summary>Tests whether the option has no effect with these values.</summary>
    public bool IsIgnored(IReadOnlyList<string> texts) =>
        WithoutEffect is not null && (Change is null || texts is [] or [.., ""] || Synonyms.GetValueOrDefault(texts[^1]) == "");

    /// <summary>Values that stand for others, in any case: the reference's spellings.</summary>
    public ImmutableDictionary<string, string> Synonyms { get; init; } =
        ImmutableDictionary<string, string>.Empty.WithComparers(StringComparer.OrdinalIgnoreCase);

    /// <summary>True if each word is one value of a list, commas included; otherwise commas separate values too.</summary>
    public bool IsVerbatim { get; init; }

    /// <summary>Says why a value that can be read is refused all the same; null accepts it.</summary>
    public Func<string, string?> Refuses { get; init; } = _ => null;

    const string True = "True";

    /// <summary>Name in texts of the engine.</summary>
    public string ApiName => Option is not null ? Option.ApiName
        : Property is null ? Name
        : $"{(Property!.DeclaringType == typeof(MethodChoice) ? nameof(Experiment) : Property.DeclaringType!.Name)}.{Property.Name}";

    /// <summary>The good name.</summary>
    public string Name => Declared[0];

    /// <summary>The good name and the reference's, for messages: <c>--clients (--K)</c>.</summary>
    public string Title => Declared.Length == 1 ? Name : $"{Name} ({Declared[1]})";

    /// <summary>Every spelling that is understood: as declared, and words with dashes and with underscores.</summary>
    public IEnumerable<string> Spellings => Declared
        .SelectMany(name => name.StartsWith("--", StringComparison.Ordinal)
            ? new[] { name, "--" + name[2..].Replace('_', '-'), "--" + name[2..].Replace('-', '_') }
            : [name]).Distinct();

    /// <summary>Puts values into a request.</summary>
    /// <exception cref="AutoFlipException">They are not accepted (exit 2).</exception>
    public Request Apply(Request request, IReadOnlyList<string> texts)
    {
        if (texts.Count == 0) throw AutoFlipException.BadRequest($"{Title}: a value is missing. Accepted: {Values.Accepted(Type)}.");
        string[] values = [.. texts.Select(text => Synonyms.GetValueOrDefault(text, text))];
        var value = (IsVerbatim ? values.ToImmutableArray() : Values.Parse(Type, values)) ?? throw AutoFlipException.BadRequest(
            $"{Title}: '{texts[^1]}' is not accepted. Accepted: {Values.Accepted(Type)}."
            + (Type.IsEnum ? Nearest.Hint(texts[^1], Enum.GetNames(Type).Select(name => name.ToLowerInvariant())) : ""));
        if (Refuses(values[^1]) is { } reason) throw AutoFlipException.BadRequest($"{Title}: {reason}");
        if (Option is not null)
            return request with
            {
                Experiment = request.Experiment with { Options = request.Experiment.Options.With(Option, value) },
                OfMethods = request.OfMethods.Add(Option),
            };
        if (Change is not null) return Change(request, value);
        foreach (var property in new[] { Property, Also }.OfType<PropertyInfo>()) request = request.With(property, value);
        return request;
    }

    /// <summary>An option of an experiment.</summary>
    public static Setting Of(ExperimentOption option) => new()
    {
        Declared = [.. option.Names.Select(name => $"--{name}")],
        Group = Enum.Parse<SettingGroup>(option.Group.ToString()),
        Placeholder = option.Placeholder,
        Help = option.Help,
        Type = option.Property.PropertyType,
        Arity = ArityOf(option.Placeholder, option.Property.PropertyType),
        Implied = option.Placeholder.Length == 0 ? True : null,
        Property = option.Property,
        Synonyms = option.Synonyms,
        IsVerbatim = option.IsVerbatim,
    };

    /// <summary>An option that methods declare.</summary>
    public static Setting Of(DeclaredOption declared) => new()
    {
        Declared = [$"--{declared.Option.Spelling}"],
        Group = Enum.Parse<SettingGroup>((declared.ChosenBy == nameof(Experiment.Algorithm)
            ? OptionGroup.Federation
            : ExperimentOptions.Of(declared.ChosenBy).Group).ToString()),
        Placeholder = PlaceholderOf(declared.Option),
        Help = $"{declared.Option.Attribute.Help} Only with Experiment.{declared.ChosenBy} {string.Join(" or ", declared.Methods)}.",
        Type = declared.Option.Type,
        Option = declared.Option,
        Methods = declared.Methods,
    };

    /// <summary>An option that sets a property.</summary>
    /// <param name="property">Which.</param>
    /// <param name="names">Spellings, separated by spaces: the good one first.</param>
    /// <param name="placeholder">Stands for the value in the help; empty makes it a flag.</param>
    /// <param name="help">One or two plain sentences.</param>
    public static Setting Of<TRecord, T>(Expression<Func<TRecord, T>> property, string names, string placeholder, string help) => new()
    {
        Declared = [.. names.Split(' ')],
        Placeholder = placeholder,
        Help = help,
        Type = typeof(T),
        Arity = ArityOf(placeholder, typeof(T)),
        Implied = placeholder.Length == 0 ? True : null,
        Property = (PropertyInfo)((MemberExpression)property.Body).Member,
    };

    static string PlaceholderOf(MethodOption option) => option.Type.IsEnum ? string.Join('|', option.Choices)
        : option.Type == typeof(double) ? "F"
        : option.Type == typeof(int) ? "N"
        : option.Type == typeof(bool) ? "BOOL" : "LIST";

    static Arity ArityOf(string placeholder, Type type) =>
        placeholder.Length == 0 ? Arity.Flag
        : type == typeof(ImmutableArray<string>) || type == typeof(ImmutableArray<int>) ? Arity.Many
        : Arity.One;

    /// <summary>The option with a value that may be left out.</summary>
    /// <param name="implied">What is meant then.</param>
    public Setting Or(string implied) => this with { Arity = Arity.Optional, Implied = implied };

    /// <summary>An option that is understood, checked for its type, and does nothing.</summary>
    public static Setting Ignored<T>(string name, string placeholder, string reason) => new()
    {
        Declared = [name],
        Placeholder = placeholder,
        Help = reason,
        Type = typeof(T),
        Arity = placeholder.Length == 0 ? Arity.Flag : placeholder.EndsWith("...", StringComparison.Ordinal) ? Arity.Many : Arity.One,
        Implied = placeholder.Length == 0 ? True : null,
        WithoutEffect = reason,
        Group = SettingGroup.WithoutEffect,
    };

    /// <summary>An option of which only some values are offered here.</summary>
    public static Setting Choice(string names, string placeholder, string help, Func<string, string?> refuses) => new()
    {
        Declared = [.. names.Split(' ')],
        Placeholder = placeholder,
        Help = help,
        Type = typeof(string),
        Refuses = refuses,
    };
}
