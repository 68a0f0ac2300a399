using System.Text;

namespace AutoFlip.Cli;

/// <summary>The command line as a page of Markdown, <c>docs/cli.md</c>: written from the tables that parsing and help read.</summary>
static class OptionPage
{
    static readonly (ExitCode Code, string Meaning)[] ExitCodes =
    [
        (ExitCode.Done, "done"),
        (ExitCode.BadRequest, "invalid request: the message names the option and the accepted values"),
        (ExitCode.BadData, "missing or unreadable data: the message names the path and how to get the data"),
        (ExitCode.RunFailed, "the run failed, or standard output could not be written"),
        (ExitCode.Interrupted, "interrupted: finished rounds are saved; `autoflip resume` continues the run"),
    ];

    static readonly Type?[] Types = [typeof(Experiment), typeof(MethodChoice)]; // whose options are fields of files

    /// <summary>Command that documents the options that most commands share.</summary>
    const string Home = "run";

    /// <summary>The page, ending in a newline.</summary>
    /// <param name="commands">Every command, in the order of the overview.</param>
    /// <remarks>An option that means the same under <c>run</c> is only named under other commands.</remarks>
    public static string Write(IReadOnlyList<ICommand> commands)
    {
        var page = new StringBuilder();
        void Line(string text = "") => page.Append(text).Append('\n');

        Line("# Command line");
        Line();
        Line("Written by `autoflip help --markdown` from the program's own tables of options; a test compares them. `autoflip` stands for");
        Line("`dotnet run -c Release --project src/AutoFlip.Cli --`.");
        Line();
        Line("| command | |");
        Line("|---|---|");
        foreach (var command in commands) Line($"| [`{command.Name}`](#{command.Name}) | {Cell(command.Summary)} |");
        Line();
        Line(
            "In names of options dashes and underscores are interchangeable, and `--option=value` is accepted too. "
            + "Where two spellings are listed, the second is that of the paper's code.");
        Line("An unknown option or an invalid value ends the program before anything is read or written.");
        Line("*Field* is the name of an option in [experiment files](experiments.md#the-file).");
        Line();
        Line("| exit code | |");
        Line("|---:|---|");
        foreach (var (code, meaning) in ExitCodes) Line($"| {(int)code} | {meaning} |");

        var home = commands.FirstOrDefault(command => command.Name == Home)?.Settings.ToHashSet() ?? [];
        foreach (var command in commands)
        {
            Line();
            Line($"## {command.Name}");
            Line();
            Line("```");
            Line(command.Synopsis);
            Line();
            foreach (var line in command.Details.Split('\n')) Line(line.TrimEnd());
            Line("```");
            var shared = command.Name == Home ? [] : command.Settings.Where(home.Contains).ToArray();
            foreach (var group in command.Settings.Except(shared).GroupBy(setting => setting.Group)) Table(group, command, Line);
            if (shared is []) continue;
            Line();
            Line(shared.Length > home.Count / 2
                ? $"And the options of [`{Home}`](#{Home}){Missing(home, shared)}."
                : $"And of [`{Home}`](#{Home}): {string.Join(", ", shared.Select(setting => $"`{setting.Name}`"))}.");
        }
        return page.ToString();
    }

    static void Table(IGrouping<SettingGroup, Setting> group, ICommand command, Action<string> line)
    {
        line("");
        line($"### {command.Name}: {OptionHelp.Heading(group.Key).TrimEnd(':')}");
        line("");
        var hasFields = group.Any(setting => FieldOf(setting) is not null);
        line($"| option | value | default |{(hasFields ? " field |" : "")} |");
        line($"|---|---|---|{(hasFields ? "---|" : "")}---|");
        foreach (var setting in group)
        {
            var names = string.Join("<br>", OptionHelp.Shown(setting).Select(name => $"`{name}`"));
            var value = string.Join(", ", setting.Placeholder.Split('|', StringSplitOptions.RemoveEmptyEntries).Select(one => $"`{one}`"));
            var standard = OptionHelp.Default(setting, command.Defaults) is { } text ? $"`{Cell(text)}`" : "";
            var field = !hasFields ? "" : FieldOf(setting) is { } name ? $" `{name}` |" : "  |";
            line($"| {names} | {value} | {standard} |{field} {Cell(Spelling.Of(setting.Help))} |");
        }
    }

    /// <summary>The field of experiment files that an option sets; null if it sets none.</summary>
    static string? FieldOf(Setting setting) => setting.Option?.Name
        ?? (setting.Property is { } property && Types.Contains(property.DeclaringType)
            ? ExperimentFile.Fields.FirstOrDefault(field => field.Equals(property.Name, StringComparison.OrdinalIgnoreCase)) : null);

    static string Missing(IEnumerable<Setting> home, IEnumerable<Setting> shared)
    {
        var missing = home.Except(shared).Select(setting => $"`{setting.Name}`").Order(StringComparer.Ordinal).ToArray();
        return missing is [] ? "" : $", but for {string.Join(", ", missing)}";
    }

    static string Cell(string text) => text.Replace("|", "\\|", StringComparison.Ordinal).Replace('\n', ' ');
}
