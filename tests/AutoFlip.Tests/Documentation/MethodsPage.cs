using System.Text;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace AutoFlip.Tests;

/// <summary>docs/methods.md, made from the catalogue and from the documentation of its types.</summary>
static partial class MethodsPage
{
    const string Head =
        "# Methods\n\n"
        + "Every algorithm and every pruner of the catalogue: source, rule, cost, departures, options, and the tests of its laws. "
        + "This page is made from the catalogue and from the documentation in the code; `autoflip list algorithms` and "
        + "`autoflip list pruners` print the tables. Costs are those of default options, beside FedAvg without server momentum. What is "
        + "refused together was tried, with 100 clients that all take part and the optimizer SGD.\n\n"
        + "`--server-momentum` is 0.9 unless set, as in the paper's code, under the algorithms that list it below: `fedavg`, those that "
        + "take its server step, `fedavgm` and the adaptive ones; the others have none. To compare algorithms, set "
        + "`--server-momentum 0`. `fedadam`, "
        + "`fedyogi` and `fedadagrad` depend on `--eta`, and their default is for many rounds.\n\n"
        + "Laws that hold for all of them, by tests over the whole catalogue (`EveryAlgorithmTests`, `SwappingPrunerTests`, "
        + "`SubModelTests`): a removed parameter never moves, running statistics go through no correction, the number of workers does not "
        + "matter, a client keeps no more than is listed, and a run that is stopped after any round and resumed ends with the same "
        + "`model_sha256`, in every wire format. The server folds replies in the order of the cohort, in whatever order they arrive "
        + "(`ChannelContractTests`).\n\n";

    /// <summary>The page.</summary>
    public static string Of()
    {
        var page = new StringBuilder(Head);
        var documentation = XDocument.Load(Path.Combine(AppContext.BaseDirectory, "AutoFlip.xml")).Descendants("member")
            .ToDictionary(member => member.Attribute("name")!.Value);
        foreach (var (title, kind, methods) in new[]
        {
            ("Algorithms", "--algorithm", MethodFacts.Algorithms), ("Pruners", "--pruner", MethodFacts.Pruners),
        })
        {
            page.Append($"## {title}\n\n| `{kind}` | source | needs | sends | not with |\n")
                .Append("|---|---|---|---|---|\n");
            foreach (var method in methods)
                page.Append($"| [`{method.Name}`](#{method.Name}) | {method.Source} | {string.Join("; ", method.Needs)} "
                    + $"| {string.Join("; ", method.Sends)} | {string.Join("; ", method.Excludes)} |\n");
            page.Append('\n');
            foreach (var method in methods) Describe(method, documentation, page);
        }
        return page.ToString().TrimEnd() + "\n";
    }

    static void Describe(MethodFacts method, Dictionary<string, XElement> documentation, StringBuilder page)
    {
        var member = documentation[$"T:{method.Type.FullName}"];
        page.Append($"### {method.Name}\n\n{Text(member.Element("summary"))}\n\n");
        foreach (var parameter in member.Elements("param"))
        {
            var name = parameter.Attribute("name")!.Value;
            string[] set = [.. OptionsOf(method, name).Select(option => $"`--{option}`")];
            page.Append($"- {(set is [] ? $"`{name}`" : string.Join(", ", set))}: {Text(parameter)}\n");
        }
        if (member.Elements("param").Any()) page.Append('\n');
        if (member.Element("remarks") is { } remarks) page.Append(Paragraphs(remarks)).Append('\n');
        if (MethodOption.Of(New(method)) is { IsEmpty: false } options)
        {
            page.Append("\n| option | default | accepted | |\n|---|---|---|---|\n");
            foreach (var option in options)
                page.Append($"| `--{option.Spelling}` | `{ExperimentOption.Text(option.Default)}` | {option.Accepted} "
                    + $"| {option.Attribute.Help} |\n");
        }
        var tests = TestsOf(method.Type.Name);
        page.Append(tests is [] ? "\n" : $"\nTests: {string.Join(", ", tests)}.\n\n");

        var units = New(method, new() { Pruning = PruningKind.Structured }).GetType();
        if (units == method.Type) return;
        member = documentation[$"T:{units.FullName}"];
        page.Append($"#### {method.Name}, whole units\n\nUnder `--pruning structured` ({Link}). {Text(member.Element("summary"))}\n\n")
            .Append(Paragraphs(member.Element("remarks")!)).Append($"\nTests: {string.Join(", ", TestsOf(units.Name))}.\n\n");
    }

    const string Link = "[how units are swapped](algorithm.md#pruners-to-compare-with)";

    static object New(MethodFacts method, Experiment? experiment = null) => Catalog.Algorithms.TryGet(method.Name, out var algorithm)
        ? algorithm(experiment ?? new()) : Catalog.Pruners[method.Name](experiment ?? new());

    /// <summary>Options of a run that a property of the method follows, found by changing one after another.</summary>
    static IEnumerable<string> OptionsOf(MethodFacts method, string property)
    {
        var read = method.Type.GetProperty(property)!;
        var plain = read.GetValue(New(method));
        foreach (var option in ExperimentOptions.All)
        {
            var experiment = new Experiment();
            if (Other(option.Property.GetValue(experiment)) is not { } other) continue;
            option.Property.SetValue(experiment, other);
            var changed = New(method, experiment);
            if (changed.GetType() == method.Type && !Equals(read.GetValue(changed), plain)) yield return option.Names[0];
        }
    }

    /// <summary>Another value of an option's type; null for types whose values depend on others.</summary>
    static object? Other(object? value) => value switch
    {
        bool flag => !flag,
        int whole => whole + 1,
        double real => real / 2 + 0.25,
        decimal part => part / 2 + 0.25m,
        Enum member => Enum.GetValues(member.GetType()).Cast<object>().First(one => !one.Equals(member)),
        _ => null,
    };

    /// <summary>Test files of algorithms and pruners that name a type.</summary>
    static string[] TestsOf(string type) =>
    [
        .. from folder in (string[])["tests/AutoFlip.Tests/Algorithms", "tests/AutoFlip.Tests/Pruning"]
           from path in SourceTree.Files(folder, "*Tests.cs")
           let name = Path.GetFileNameWithoutExtension(path)
           where Regex.IsMatch(SourceTree.Read(path), $@"\b{type}\b")
           orderby name
           select $"[{name}](../{path})",
    ];

    static string Paragraphs(XElement remarks)
    {
        var text = new StringBuilder();
        foreach (var node in remarks.Nodes())
        {
            var piece = node is XElement { Name.LocalName: "para" } para ? Text(para) : Inline(node);
            if (node is XElement { Name.LocalName: "para" }) text.Append("\n\n").Append(piece);
            else text.Append(piece);
        }
        var lines = Spaces().Replace(
            text.ToString(), match => match.Value.Contains("\n\n", StringComparison.Ordinal) ? "\n\n" : " ");
        return lines.Trim() + "\n";
    }

    static string Text(XElement? element) =>
        element is null ? "" : Spaces().Replace(string.Concat(element.Nodes().Select(Inline)), " ").Trim();

    static string Inline(XNode node) => node switch
    {
        XText text => text.Value.Replace("\n\n", "\n", StringComparison.Ordinal),
        XElement { Name.LocalName: "see" or "seealso" } see => $"`{Short(see.Attribute("cref")?.Value ?? see.Value)}`",
        XElement { Name.LocalName: "paramref" } parameter => $"`{parameter.Attribute("name")!.Value}`",
        XElement { Name.LocalName: "c" } code => $"`{code.Value}`",
        XElement other => string.Concat(other.Nodes().Select(Inline)),
        _ => "",
    };

    /// <summary>The option that a property sets, else type and member of a reference.</summary>
    static string Short(string reference)
    {
        const string OfExperiment = "P:AutoFlip.Experiment.";
        if (reference.StartsWith(OfExperiment, StringComparison.Ordinal)
            && ExperimentOptions.All.FirstOrDefault(option => option.Property.Name == reference[OfExperiment.Length..]) is { } option)
            return $"--{option.Names[0]}";
        if (reference.StartsWith("P:", StringComparison.Ordinal) && MethodOptions.All.FirstOrDefault(declared =>
                $"P:{declared.Option.Property.DeclaringType}.{declared.Option.Property.Name}" == reference) is { Option: { } own })
            return $"--{own.Spelling}";
        var parts = reference[(reference.IndexOf(':', StringComparison.Ordinal) + 1)..].Split('(')[0].Split('.');
        return reference.StartsWith("T:", StringComparison.Ordinal) ? parts[^1] : string.Join('.', parts[^2..]);
    }

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();
}
