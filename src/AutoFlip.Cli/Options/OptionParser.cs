namespace AutoFlip.Cli;

/// <summary>Parsed command line: options, positional arguments in order, and warnings.</summary>
sealed record ParsedRequest(Request Request, IReadOnlyList<string> Positionals, IReadOnlyList<string> Warnings);

/// <summary>A command line that has been taken apart, ready to be read over defaults.</summary>
sealed class CommandLine(OptionParser parser, Tokens tokens)
{
    /// <summary>The last value of an option, as it was typed; null if it was not given.</summary>
    public string? ValueOf(Setting setting) =>
        tokens.Options.FirstOrDefault(option => option.Key.Name == setting.Name).Value?.LastOrDefault();

    /// <summary>Given options over defaults that may depend on the positional arguments.</summary>
    /// <exception cref="AutoFlipException">Something is not accepted (exit 2).</exception>
    public ParsedRequest Over(Func<IReadOnlyList<string>, Request> defaults) => parser.Read(tokens, defaults);

    /// <summary>Given options over fixed defaults.</summary>
    /// <exception cref="AutoFlipException">Something is not accepted (exit 2).</exception>
    public ParsedRequest Over(Request defaults) => parser.Read(tokens, _ => defaults);
}

/// <summary>Reads the words of a command line by a table of settings.</summary>
/// <remarks>
/// Words are taken apart first (<see cref="Tokens"/>); then the table decides what a value is and words every refusal. An option given
/// twice counts once, with its last value, as with the reference.
/// </remarks>
/// <param name="command">The command's name, for messages.</param>
/// <param name="settings">Its options.</param>
sealed class OptionParser(string command, IEnumerable<Setting> settings)
{
    readonly IReadOnlyList<Setting> _settings = [.. settings];

    /// <summary>Takes a command line apart.</summary>
    public CommandLine Parse(IReadOnlyList<string> arguments) => new(this, Tokens.Of(JoinFlags(arguments, _settings), _settings));

    /// <summary>Writes each option whose value may be left out as <c>--option=value</c>, so that it never takes the argument after it
    /// unless that can be its value.</summary>
    static string[] JoinFlags(IReadOnlyList<string> arguments, IReadOnlyList<Setting> settings)
    {
        var joined = new List<string>();
        for (var i = 0; i < arguments.Count; i++)
        {
            var setting = settings.FirstOrDefault(setting =>
                setting.Implied is not null && setting.Spellings.Contains(arguments[i], StringComparer.Ordinal));
            var hasValue = setting is not null && i + 1 < arguments.Count && Values.Parse(setting.Type, [arguments[i + 1]]) is not null
                && !(setting.Type == typeof(string) && arguments[i + 1].StartsWith('-'));
            joined.Add(
                setting is null ? arguments[i] : hasValue ? $"{arguments[i]}={arguments[++i]}" : $"{arguments[i]}={setting.Implied}");
        }
        return [.. joined];
    }

    /// <summary>Puts what was typed on top of a request.</summary>
    /// <param name="tokens">The words, by option.</param>
    /// <param name="defaults">What holds where nothing was typed, given the positional arguments (an experiment file, say).</param>
    /// <exception cref="AutoFlipException">An option or value is not accepted (exit 2): one line each.</exception>
    internal ParsedRequest Read(Tokens tokens, Func<IReadOnlyList<string>, Request> defaults)
    {
        List<string> warnings = [], errors = [], positionals = [];
        var given = _settings.Where(tokens.Options.ContainsKey).Select(setting => (Setting: setting, Texts: tokens.Options[setting]))
            .ToList();

        var words = new Queue<string>(tokens.Positionals);
        while (words.TryDequeue(out var word))
        {
            if (word.StartsWith('-') && word.Length > 1) errors.Add(Unknown(word));
            else if (words.TryPeek(out var value) && Find($"--{word}") is { } slip)
            {
                warnings.Add($"'{word} {value}' is read as '--{word} {value}': the dashes are missing.");
                given.Add((slip, [words.Dequeue()]));
            }
            else positionals.Add(word);
        }
        ThrowIfAny(errors); // before a file is looked for whose name may just be an unknown option's value

        var request = defaults(positionals);
        var ignored = given.Where(option => option.Setting.IsIgnored(option.Texts)).Select(option => option.Setting).Distinct().ToList();
        if (ignored is [var only]) warnings.Add($"{only.Name} has no effect: {only.WithoutEffect}.");
        else if (ignored is not [])
            warnings.Add(
                "These options have no effect: "
                + $"{string.Join("; ", ignored.Select(setting => $"{setting.Name} ({setting.WithoutEffect})"))}.");
        foreach (var (setting, texts) in given)
        {
            if (setting.Arity != Arity.Many && texts.Distinct().Count() > 1)
                warnings.Add($"{setting.Title} is given more than once; the last value, {texts[^1]}, counts.");
            try
            {
                request = setting.Apply(request, texts);
            }
            catch (AutoFlipException refused)
            {
                errors.Add(refused.Message); // collected, so that all of them are reported at once
            }
        }
        ThrowIfAny(errors);
        return new(request, positionals, warnings);
    }

    static void ThrowIfAny(List<string> errors)
    {
        if (errors.Count > 0) throw AutoFlipException.BadRequest(string.Join('\n', errors));
    }

    Setting? Find(string name) => _settings.FirstOrDefault(setting => setting.Spellings.Contains(name, StringComparer.Ordinal));

    string Unknown(string word)
    {
        var name = word.Split('=')[0];
        return $"There is no option '{name}'.{Nearest.Hint(name, _settings.SelectMany(setting => setting.Declared))} See 'autoflip "
            + $"{command} --help'.";
    }
}
