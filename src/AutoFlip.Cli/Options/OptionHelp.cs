namespace AutoFlip.Cli;

/// <summary>The option reference of <c>--help</c>, written from the table.</summary>
static class OptionHelp
{
    const int Column = 30;

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
        var right = Wrap(setting.Help + standard, Math.Max(width - Column, 20)).ToList();
        if (left.Length > Column - 2)
        {
            yield return left;
            left = "";
        }
        foreach (var line in right)
        {
            yield return left.PadRight(Column) + line;
            left = "";
        }
    }

    /// <summary>Spellings that differ by more than dashes and underscores.</summary>
    internal static IEnumerable<string> Shown(Setting setting) => setting.Declared.DistinctBy(name => name.Replace('_', '-'));

    /// <summary>What holds where the option is not given; null where that goes without saying.</summary>
    internal static string? Default(Setting setting, Request defaults) =>
        setting.Property is { } property && setting.Arity != Arity.Flag && Values.Show(defaults[property]) is { Length: > 0 } value
            && property.Name != nameof(RunOptions.Workers) // the machine's own, not a fact about the program
            ? value
            : null;

    static IEnumerable<string> Wrap(string text, int width)
    {
        var line = "";
        foreach (var word in text.Split(' '))
        {
            if (line.Length > 0 && line.Length + 1 + word.Length > width)
            {
                yield return line;
                line = word;
            }
            else line = line.Length == 0 ? word : $"{line} {word}";
        }
        yield return line;
    }

    internal static string Heading(SettingGroup group) => group switch
    {
        SettingGroup.LocalTraining => "Local training:",
        SettingGroup.WithoutEffect => "Understood for the reference's sake, without effect (a warning says so):",
        _ => $"{group}:",
    };
}
