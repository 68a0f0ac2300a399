using System.CommandLine;

namespace AutoFlip.Cli;

/// <summary>What a command line says beyond its options: positional arguments in order, and what deserves a warning.</summary>
sealed record ParsedRequest(Request Request, IReadOnlyList<string> Positionals, IReadOnlyList<string> Warnings);

/// <summary>A command line that has been taken apart, ready to be read over defaults.</summary>
sealed class CommandLine(OptionParser parser, ParseResult result)
{
    /// <summary>What was typed, on top of defaults that may depend on the positional arguments.</summary>
    /// <exception cref="AutoFlipException">Something is not accepted (exit 2).</exception>
    public ParsedRequest Over(Func<IReadOnlyList<string>, Request> defaults) => parser.Read(result, defaults);

    /// <summary>What was typed, on top of fixed defaults.</summary>
    /// <exception cref="AutoFlipException">Something is not accepted (exit 2).</exception>
    public ParsedRequest Over(Request defaults) => parser.Read(result, _ => defaults);
}

/// <summary>Binds a table of settings to a command of System.CommandLine.</summary>
/// <remarks>
/// Every option reaches the library as plain texts of any number, so that it tokenises and finds aliases, while the table alone
/// decides what a value is and words every refusal. An option given twice counts once, with its last value, as with the reference.
/// </remarks>
sealed class OptionParser
{
    static readonly ParserConfiguration Parsing = new() { EnablePosixBundling = false, ResponseFileTokenReplacer = null };

    readonly IReadOnlyList<(Setting Setting, Option<string[]> Option)> _options;
    readonly Command _command;
    readonly Argument<string[]> _positionals = new("arguments") { Arity = ArgumentArity.ZeroOrMore };

    /// <summary>A command with an option per setting and a place for positional arguments.</summary>
    public OptionParser(string command, IEnumerable<Setting> settings)
    {
        _command = new(command) { _positionals };
        _command.TreatUnmatchedTokensAsErrors = false;
        _options = [.. settings.Select(setting => (setting, new Option<string[]>(setting.Name, [.. setting.Spellings.Skip(1)])
        {
            Arity = ArgumentArity.ZeroOrMore,
            AllowMultipleArgumentsPerToken = setting.Arity == Arity.Many,
        }))];
        foreach (var (_, option) in _options) _command.Add(option);
    }

    /// <summary>Takes a command line apart.</summary>
    public CommandLine Parse(IReadOnlyList<string> arguments) => new(this, _command.Parse(JoinFlags(arguments, [.. _options.Select(pair => pair.Setting)]), Parsing));

    /// <summary>Writes each option whose value may be left out as <c>--option=value</c>, so that it never takes the argument after it unless that can be its value.</summary>
    static string[] JoinFlags(IReadOnlyList<string> arguments, IReadOnlyList<Setting> settings)
    {
        var joined = new List<string>();
        for (var i = 0; i < arguments.Count; i++)
        {
            var setting = settings.FirstOrDefault(setting => setting.Implied is not null && setting.Spellings.Contains(arguments[i], StringComparer.Ordinal));
            var hasValue = setting is not null && i + 1 < arguments.Count && Values.Parse(setting.Type, [arguments[i + 1]]) is not null;
            joined.Add(setting is null ? arguments[i] : hasValue ? $"{arguments[i]}={arguments[++i]}" : $"{arguments[i]}={setting.Implied}");
        }
        return [.. joined];
    }

    /// <summary>Puts what was typed on top of a request.</summary>
    /// <param name="result">The parsed command line.</param>
    /// <param name="defaults">What holds where nothing was typed, given the positional arguments (an experiment file, say).</param>
    /// <exception cref="AutoFlipException">An option or value is not accepted (exit 2): one line each.</exception>
    internal ParsedRequest Read(ParseResult result, Func<IReadOnlyList<string>, Request> defaults)
    {
        List<string> warnings = [], errors = [], positionals = [];
        var given = _options.Where(pair => result.GetResult(pair.Option) is { Implicit: false })
            .Select(pair => (pair.Setting, Texts: result.GetResult(pair.Option)!.Tokens.Select(token => token.Value).ToList())).ToList();

        var words = new Queue<string>([.. result.GetValue(_positionals) ?? [], .. result.UnmatchedTokens]);
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
        var ignored = given.Where(option => option.Setting.WithoutEffect is not null).Select(option => option.Setting).Distinct().ToList();
        if (ignored is [var only]) warnings.Add($"{only.Name} has no effect: {only.WithoutEffect}.");
        else if (ignored is not []) warnings.Add($"These options have no effect: {string.Join("; ", ignored.Select(setting => $"{setting.Name} ({setting.WithoutEffect})"))}.");
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

    Setting? Find(string name) => _options.FirstOrDefault(pair => pair.Setting.Spellings.Contains(name, StringComparer.Ordinal)).Setting;

    string Unknown(string word)
    {
        var name = word.Split('=')[0];
        return $"There is no option '{name}'.{Nearest.Hint(name, _options.SelectMany(pair => pair.Setting.Declared))} See 'autoflip {_command.Name} --help'.";
    }
}
