namespace AutoFlip.Cli;

/// <summary>The words of a command line: values by option, and the others in order.</summary>
/// <param name="Options">Values of the options that were given, in order; of one given several times, all of them.</param>
/// <param name="Positionals">All other words, unknown options among them.</param>
sealed record Tokens(IReadOnlyDictionary<Setting, List<string>> Options, IReadOnlyList<string> Positionals)
{
    /// <summary>Takes words apart: <c>--option value</c>, <c>--option=value</c> and <c>--option:value</c>; behind
    /// <c>--</c> there are no options.</summary>
    /// <remarks>A value is any word that is not the name of an option, so that -0.5 is one. An option of many values takes all
    /// words up to the next option.</remarks>
    public static Tokens Of(IEnumerable<string> words, IEnumerable<Setting> settings)
    {
        var names = new Dictionary<string, Setting>(StringComparer.Ordinal);
        foreach (var setting in settings)
            foreach (var name in setting.Spellings) names.TryAdd(name, setting);
        Dictionary<Setting, List<string>> options = new(ReferenceEqualityComparer.Instance);
        List<string> positionals = [];
        Setting? open = null; // takes the next word as its value
        var ended = false;
        foreach (var word in words)
        {
            if (ended) positionals.Add(word);
            else if (word == "--") ended = true;
            else if (Split(word) is var (setting, value))
            {
                if (!options.TryGetValue(setting, out var values)) options[setting] = values = [];
                if (value.Length > 0) values.Add(value);
                open = value.Length > 0 && setting.Arity != Arity.Many ? null : setting;
            }
            else if (open is not null)
            {
                options[open].Add(word);
                if (open.Arity != Arity.Many) open = null;
            }
            else positionals.Add(word);
        }
        return new(options, positionals);

        (Setting Setting, string Value)? Split(string word)
        {
            if (names.TryGetValue(word, out var whole)) return (whole, "");
            var end = word.AsSpan().IndexOfAny('=', ':');
            return end > 0 && names.TryGetValue(word[..end], out var named) ? (named, word[(end + 1)..]) : null;
        }
    }
}
