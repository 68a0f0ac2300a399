namespace AutoFlip.Cli;

/// <summary>The option reference of <c>--help</c>, written from the table.</summary>
static class OptionHelp
{
    const int Column = 30, NarrowColumn = 6; // where the right side begins; on terminals on which little would be left, below the names

    /// <summary>Lines for the settings under the headings of their groups, at most <paramref name="width"/> wide.</summary>
    /// <param name="settings">The rows.</param>
    /// <param name="defaults">Where the defaults are read from.</param>
    /// <param name="width">Columns of the terminal.</param>
    public static IEnumerable<string> Lines(IEnumerable<Setting> settings, Request defaults, int width)
    {
        foreach (var group in settings.GroupBy(setting => setting.Group))
        {
            yield return "";
            yield return Heading(group.Key);
            foreach (var line in group.SelectMany(setting => Entry(setting, defaults, width))) yield return line;
        }
    }

    static IEnumerable<string> Entry(Setting setting, Request defaults, int width)
    {
        var left = $"  {string.Join(", ", Shown(setting))}{(setting.Placeholder.Length > 0 ? " " : "")}{setting.Placeholder}";
        var standard = Default(setting, defaults) is { } value ? $" [{value}]" : "";
        var column = width < 2 * Column ? NarrowColumn : Column;
        var right = LineBreaks.Wrap(Spelling.Of(setting.Help) + standard, width - column).ToList();
        if (left.Length > column - 2)
        {
            yield return left;
            left = "";
        }
        foreach (var line in right)
        {
            yield return left.PadRight(column) + line;
            left = "";
        }
    }

    /// <summary>Spellings that differ by more than dashes and underscores.</summary>
    internal static IEnumerable<string> Shown(Setting setting) => setting.Declared.DistinctBy(name => name.Replace('_', '-'));

    /// <summary>Default of an option; null where there is nothing to print.</summary>
    internal static string? Default(Setting setting, Request defaults) => setting.Option is { } option
        ? Values.Show(defaults.Experiment.Options[option.Name] ?? option.Default)
        :
        setting.Property is { } property && setting.Arity != Arity.Flag && Values.Show(defaults[property]) is { Length: > 0 } value
            && property.Name != nameof(RunOptions.Workers) // the machine's own, not a fact about the program
            ? value
            : null;

    internal static string Heading(SettingGroup group) => group switch
    {
        SettingGroup.LocalTraining => "Local training:",
        SettingGroup.WithoutEffect => "Accepted for compatibility with the paper's code, and ignored:",
        _ => $"{group}:",
    };
}
