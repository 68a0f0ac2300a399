using System.Text.Json.Nodes;

namespace AutoFlip.Cli;

/// <summary><c>autoflip list</c>: what can be named on the command line; of models also what they cost.</summary>
sealed class ListCommand : ICommand
{
    /// <inheritdoc/>
    public string Name => "list";

    /// <inheritdoc/>
    public string Usage => "list WHAT [options]";

    /// <inheritdoc/>
    public string Summary => "List data sets, models, metrics, ...";

    /// <inheritdoc/>
    public string Details => $"""
        Lists the names of one kind:
        {string.Join(", ", CatalogSections.All.Select(section => section.Plural))}.

        Of algorithms and pruners also the source, what they need and send beside FedAvg, and what they
        are refused with (docs/methods.md).

        For models also their cost on a sample of a given shape: parameters, multiply-accumulates of
        a forward pass, and the number of prunable units and channel groups. Only 'list models'
        accepts the options below.
        """;

    /// <inheritdoc/>
    public IReadOnlyList<Setting> Settings => [.. Cli.Settings.List, Cli.Settings.Json];

    /// <inheritdoc/>
    public ExitCode Invoke(CommandLine line, Host host)
    {
        var (request, positionals, warnings) = line.Over(new Request());
        foreach (var warning in warnings) host.Warn(warning);
        var accepted = CatalogSections.All.Select(section => section.Plural);
        if (positionals is not [var what])
            throw AutoFlipException.BadRequest($"list: one of these is expected: {string.Join(", ", accepted)}.");
        var section = CatalogSections.All.FirstOrDefault(section => section.Plural.Equals(what, StringComparison.OrdinalIgnoreCase))
            ?? throw AutoFlipException.BadRequest(
                $"list: there is no '{what}'.{Nearest.Hint(what, accepted)} Accepted: {string.Join(", ", accepted)}.");
        if (section != CatalogSections.Models
            && Cli.Settings.List.FirstOrDefault(setting => line.ValueOf(setting) is not null) is { } extra)
            throw AutoFlipException.BadRequest(
                $"list {section.Plural}: {extra.Name} is not accepted. Accepted: --json; 'list models' has the other options.");
        var names = section.Names().Concat(section.Patterns);
        if (section == CatalogSections.Algorithms) MethodList.Write(MethodFacts.Algorithms, request.Show.Json, host);
        else if (section == CatalogSections.Pruners) MethodList.Write(MethodFacts.Pruners, request.Show.Json, host);
        else if (section == CatalogSections.Models) ModelList.Of(request.Resolve(host.Warn)).Write(request.Show.Json, host);
        else if (request.Show.Json) host.Out.WriteLine(new JsonArray([.. names.Select(name => (JsonNode)name)]).ToJsonString());
        else foreach (var name in names) host.Out.WriteLine(name);
        return ExitCode.Done;
    }
}
