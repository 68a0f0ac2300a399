namespace AutoFlip;

/// <summary>Tables of text as samples.</summary>
static class TableLoader
{
    /// <summary>Most classes that a target can name.</summary>
    public const int MostClasses = 1000;

    /// <summary>Loads tables of text: rows as numbers, the learning task, and the owners of rows.</summary>
    /// <param name="train">The rows of the clients.</param>
    /// <param name="test">The server's test rows; null or empty if there are none. They have no influence on the encoding.</param>
    /// <param name="facts">Kinds of the columns.</param>
    /// <exception cref="AutoFlipException">Rows contradict the facts (exit 3): the message names file and line.</exception>
    public static LoadedData Load(TextTable train, TextTable? test, TableFacts facts)
    {
        var schema = new TableSchema(train, facts);
        return Load(train, test, facts, schema) with { Description = schema.Description };
    }

    /// <summary>Loads tables of text whose encoding is known; parameters are those above.</summary>
    /// <exception cref="AutoFlipException">Rows contradict the facts or the encoding (exit 3): the message names file and line.</exception>
    public static LoadedData Load(TextTable train, TextTable? test, TableFacts facts, TableSchema schema)
    {
        return Load(train, test, facts, schema.Inference, Set);

        SampleSet Set(TextTable table, Targets targets)
        {
            var (values, numbers) = schema.Encode(table);
            return new TableSet(values, numbers, schema.Columns, targets);
        }
    }

    /// <summary>Loads tables whose samples are made elsewhere: targets, the learning task, and the owners of rows.</summary>
    /// <param name="train">The rows of the clients.</param>
    /// <param name="test">The server's test rows; null or empty if there are none.</param>
    /// <param name="facts">Kinds of the columns.</param>
    /// <param name="cells">Interpretation of the cells, from the training rows.</param>
    /// <param name="samples">Makes the samples of a table with its targets.</param>
    /// <exception cref="AutoFlipException">Rows contradict the facts (exit 3): the message names file and line.</exception>
    public static LoadedData Load(
        TextTable train, TextTable? test, TableFacts facts, ColumnInference cells, Func<TextTable, Targets, SampleSet> samples)
    {
        var target = facts.Columns.Select(column => column.Kind).ToList().IndexOf(ColumnKind.Target);
        var (task, classOf) = TaskOf(train, train.Columns[target], facts, cells);
        SampleSet Set(TextTable table) => samples(table, TargetsOf(table, table.Columns[target], classOf, cells));
        return new LoadedData(Set(train), test is { Count: > 0 } ? Set(test) : null, task)
        {
            Columns = new(train.Columns[target].Name),
            Owners = facts.HasOwners ? OwnersOf(train, facts, cells) : null,
        };
    }

    /// <summary>The task, and the class of each text of the target (in one spelling); null for numbers.</summary>
    static (LearningTask Task, Dictionary<string, int>? ClassOf) TaskOf(
        TextTable train, TextColumn target, TableFacts facts, ColumnInference cells)
    {
        if (facts.Task is { } stated)
        {
            if (stated.Kind == TaskKind.Regression) return (stated, null);
            var pairs = facts.ClassTexts.SelectMany((texts, c) => texts.Select(text => (text, c)));
            return (stated, pairs.ToDictionary(pair => pair.text, pair => pair.c));
        }
        RequireAll(train, target, cells, numbers: facts.Choice == TaskChoice.Regression);
        string[] texts = [.. target.Texts.Where(text => !cells.IsMissingText(text))
            .Select(cells.Spelling).Distinct().Order(StringComparer.Ordinal)];
        var numbers = texts.Select(TextColumn.Number).OfType<double>().Order().ToArray(); // in one spelling by now
        if (numbers.Length < texts.Length && facts.Choice == TaskChoice.Auto && 2 * numbers.Length > texts.Length
            && (numbers.Length > TableFacts.MostWholeClasses || !numbers.All(double.IsInteger)))
        {
            RequireAll(train, target, cells, numbers: true);
            var odd = target.Texts.ToList().FindIndex(text => cells.NumberIn(text) is null);
            throw train.Bad(
                target, odd,
                $"'{ColumnRecipe.Shortened(target.Texts[odd])}' in the target '{target.Name}' is no number, and most of its values are; "
                + "correct it, or learn classes with Experiment.TaskChoice classification");
        }
        var areNumbers = numbers.Length == texts.Length;
        if (areNumbers) RequireAll(train, target, cells, numbers: true);
        var areClasses = !areNumbers || numbers.Length <= TableFacts.MostWholeClasses && numbers.All(double.IsInteger);
        if (facts.Choice == TaskChoice.Regression || facts.Choice == TaskChoice.Auto && !areClasses) return (LearningTask.Regression, null);
        if (texts.Length is < 2 or > MostClasses)
        {
            throw AutoFlipException.BadData(
                $"'{train.FileOf(0)}': the target '{target.Name}' has {texts.Length} different values in its training rows; "
                + $"classes are 2 to {MostClasses}{(areNumbers ? ", and Experiment.TaskChoice regression learns numbers" : "")}.");
        }
        if (areNumbers) texts = [.. numbers.Select(number => FormattableString.Invariant($"{number}"))]; // 2 comes before 10
        var classOf = texts.Select((text, c) => (text, c)).ToDictionary(pair => pair.text, pair => pair.c);
        return (LearningTask.Classification([.. texts]), classOf);
    }

    /// <summary>Refuses rows without a target. In numbers, the usual spellings of a missing one count; in
    /// classes, "None" may be one.</summary>
    static void RequireAll(TextTable table, TextColumn target, ColumnInference cells, bool numbers)
    {
        for (var text = 0; text < target.Texts.Count; text++)
            if (numbers ? cells.IsMissing(target.Texts[text]) : cells.IsMissingText(target.Texts[text]))
                throw table.Bad(target, text, $"the target '{target.Name}' is missing");
    }

    static Targets TargetsOf(TextTable table, TextColumn target, Dictionary<string, int>? classOf, ColumnInference cells)
    {
        AutoFlipException Bad(int text, string why) =>
            table.Bad(target, text, $"'{ColumnRecipe.Shortened(target.Texts[text])}' in the target '{target.Name}' is {why}");

        RequireAll(table, target, cells, numbers: classOf is null);
        if (classOf is null)
        {
            var numbers = target.Texts.Select((text, i) => (float)(cells.NumberIn(text) ?? throw Bad(i, "no number"))).ToArray();
            return Targets.Numbers([.. target.Rows.ToArray().Select(text => numbers[text])]);
        }
        var known = string.Join(", ", classOf.Keys.Take(20)) + (classOf.Count > 20 ? ", ..." : "");
        var classes = target.Texts.Select((text, i) =>
            classOf.TryGetValue(cells.Spelling(text), out var c) ? c : throw Bad(i, $"none of its classes: {known}")).ToArray();
        return Targets.Classes([.. target.Rows.ToArray().Select(text => classes[text])]);
    }

    static Owners OwnersOf(TextTable table, TableFacts facts, ColumnInference cells)
    {
        TextColumn[] columns = [.. table.Columns.Where((_, c) => facts.Columns[c].Kind == ColumnKind.Owner)];
        var names = new string[table.Count];
        for (var row = 0; row < names.Length; row++)
        {
            var key = facts.FilesAreOwners
                ? OfficialName(table.FileOf(row))
                : string.Join(' ', columns.Select(column => column.Texts[column.Rows[row]]));
            if (facts.OwnerNames.IsEmpty
                && columns.FirstOrDefault(column => cells.IsMissingText(column.Texts[column.Rows[row]])) is { } missing)
                throw table.Bad(row, $"the owner '{missing.Name}' is missing");
            names[row] = facts.OwnerNames.IsEmpty ? key
                : facts.OwnerNames.TryGetValue(key, out var name) ? name
                : throw table.Bad(
                    row,
                    $"'{ColumnRecipe.Shortened(key)}' in {string.Join(", ", columns.Select(column => column.Name))} is none of its owners");
        }
        string[] distinct = [.. names.Distinct().Order(StringComparer.Ordinal)];
        return new Owners(
            distinct, Array.ConvertAll(names, name => Array.BinarySearch(distinct, name, StringComparer.Ordinal)), names.Length);
    }

    /// <summary>A file's name in lower case, without <c>.gz</c>.</summary>
    static string OfficialName(string path)
    {
        var name = Path.GetFileName(path).ToLowerInvariant();
        return name.EndsWith(".gz", StringComparison.Ordinal) ? name[..^3] : name;
    }
}
