using System.Collections.Immutable;
using System.Text.Json.Nodes;

namespace AutoFlip;

/// <summary>A row of a table: one setting, once per seed.</summary>
/// <param name="Name">What the row is called; no other row of the table is called so.</param>
/// <param name="Experiments">The same experiment with different seeds: one at least.</param>
public sealed record TableRow(string Name, ImmutableArray<Experiment> Experiments);

/// <summary>Experiments that are compared with one another: settings as rows, seeds as repetitions.</summary>
/// <remarks>
/// A table is an experiment file with variations of its experiment:
/// <list type="bullet">
/// <item><c>"seeds": [1, 2, 3]</c>: every row is run with each of them; without it with the experiment's own seed.</item>
/// <item><c>"rows": [{ "name": "FedAvg", "algorithm": "fedavg" }, ...]</c>: the fields that a row sets otherwise. A row may
/// have <c>seeds</c> of its own.</item>
/// <item><c>"grid": { "pruneFraction": [0.1, 0.2] }</c>, of the file or of one row: a row for each combination of the values. A field
/// that a row sets or varies itself does not take the values of the file's grid there.</item>
/// <item><c>"baseline": "FedAvg"</c>: the row that the others are compared with; without it the first.</item>
/// </list>
/// A file with none of these is a table of one run.
/// </remarks>
/// <param name="Source">The file, for messages.</param>
/// <param name="Experiment">The experiment without its variations; its name is the table's.</param>
/// <param name="Rows">One at least.</param>
/// <param name="Baseline">Name of the row that the others are compared with.</param>
public sealed record ExperimentTable(string Source, Experiment Experiment, ImmutableArray<TableRow> Rows, string Baseline)
{
    const int LongestName = 80;

    static readonly string[] NoSettings = ["schema", "version", "name", "seed"];

    /// <summary>Reads a file; a directory means the <c>experiment.json</c> in it.</summary>
    /// <exception cref="AutoFlipException">The file does not exist, or a field or value is not accepted (exit 2).</exception>
    public static ExperimentTable Load(string path)
    {
        var file = ExperimentFile.FileOf(path);
        return TableFile.Read(ExperimentFile.TextOf(file), file);
    }

    /// <summary>The table with every experiment checked, every name in its catalogue's spelling, and no seed twice in a row.</summary>
    /// <param name="typed">What is changed in every experiment before; null changes nothing.</param>
    /// <exception cref="AutoFlipException">Some experiment breaks a rule (exit 2): one line per violation, with file and row.</exception>
    /// <remarks>Experiments are named after the table and their row, so that their run directories are told apart.</remarks>
    public ExperimentTable Resolve(Func<Experiment, Experiment>? typed = null)
    {
        typed ??= experiment => experiment;
        string[] violations =
        [
            .. from row in Rows
               from experiment in row.Experiments
               from violation in ExperimentRules.Violations(typed(experiment))
               let isWritten = ExperimentRules.Violations(experiment).Contains(violation)
               let sentence = isWritten ? ExperimentFile.WithFields(violation) : violation
               select Rows.Length == 1 ? $"{Source}: {sentence}" : $"{Source}: row '{row.Name}': {sentence}",
        ];
        if (violations is not []) throw AutoFlipException.BadRequest(string.Join('\n', violations.Distinct()));

        var named = typed(Experiment);
        return this with
        {
            Experiment = named,
            Rows = [.. Rows.Select(row => row with
            {
                Experiments = [.. row.Experiments
                    .Select(experiment => ExperimentRules.Resolve(typed(experiment)) with { Name = NameOf(named.Name, row.Name) })
                    .DistinctBy(experiment => experiment.Seed)], // they differ by nothing else
            })],
        };
    }

    /// <summary>Fields whose values in the file differ between rows, and no longer do under what is changed in all of them: names of rows
    /// may state the former.</summary>
    /// <param name="typed">What is changed in every experiment.</param>
    public IReadOnlyList<string> Replaced(Func<Experiment, Experiment> typed)
    {
        var written = Rows.Select(row => SettingsOf(row.Experiments[0])).ToList();
        var changed = Rows.Select(row => SettingsOf(typed(row.Experiments[0]))).ToList();
        return
        [
            .. from field in changed.SelectMany(row => row.Keys).Distinct()
               let values = changed.Select(row => row.GetValueOrDefault(field)).Distinct().Count()
               where values == 1 && written.Select(row => row.GetValueOrDefault(field)).Distinct().Count() > 1
               select field,
        ];
    }

    /// <summary>Fields and values as they are written in a file, in its order, without name and seed; what is derived is no
    /// setting.</summary>
    /// <param name="experiment">The experiment of a row.</param>
    public static OrderedDictionary<string, string> SettingsOf(Experiment experiment) => new(
        JsonNode.Parse(ExperimentFile.Write(DerivedValue.Undo(experiment)))!.AsObject().Where(field => !NoSettings.Contains(field.Key))
            .Select(field => KeyValuePair.Create(field.Key, field.Value switch
            {
                null => "auto",
                JsonArray list => string.Join(' ', list),
                var value => value.ToString(),
            })));

    string NameOf(string table, string row) => Rows.Length == 1 && row == Experiment.Name ? table : Portable($"{table}-{row}");

    /// <summary>A name that every file system takes: letters and digits stay, runs of anything else become a dash.</summary>
    static string Portable(string name)
    {
        var parts = string.Concat(name.Select(letter => char.IsAsciiLetterOrDigit(letter) || letter is '.' or '_' ? letter : '-'))
            .Split('-', StringSplitOptions.RemoveEmptyEntries);
        var joined = string.Join('-', parts);
        return joined[..Math.Min(joined.Length, LongestName)].Trim('.', '-');
    }
}
