using System.Text.Json.Nodes;

namespace AutoFlip.Cli;

/// <summary><c>autoflip list</c>: what can be named on the command line.</summary>
sealed class ListCommand : ICommand
{
    /// <inheritdoc/>
    public string Name => "list";

    /// <inheritdoc/>
    public string Usage => "list WHAT [--json]";

    /// <inheritdoc/>
    public string Summary => "What there is: models, metrics, ...";

    /// <inheritdoc/>
    public string Details => $"Lists what can be named: {string.Join(", ", CatalogSections.All.Select(section => section.Plural))}.";

    /// <inheritdoc/>
    public IReadOnlyList<Setting> Settings => [Cli.Settings.Json];

    /// <inheritdoc/>
    public ExitCode Invoke(CommandLine line, Host host)
    {
        var (request, positionals, _) = line.Over(new Request());
        var accepted = CatalogSections.All.Select(section => section.Plural);
        if (positionals is not [var what]) throw AutoFlipException.BadRequest($"list: one of these is expected: {string.Join(", ", accepted)}.");
        var names = CatalogSections.All.FirstOrDefault(section => section.Plural.Equals(what, StringComparison.OrdinalIgnoreCase))?.Names()
            ?? throw AutoFlipException.BadRequest($"list: there is no '{what}'.{Nearest.Hint(what, accepted)} Accepted: {string.Join(", ", accepted)}.");
        if (request.Show.Json) host.Out.WriteLine(new JsonArray([.. names.Select(name => (JsonNode)name)]).ToJsonString());
        else foreach (var name in names) host.Out.WriteLine(name);
        return ExitCode.Done;
    }
}
