namespace AutoFlip;

/// <summary>How rows of text become rows of numbers, as training rows decide.</summary>
/// <remarks>
/// A number column is one value (NaN where it is missing) and, if training rows miss some, a flag 1 that says so behind it; so is a flag column,
/// but 0 where it is missing. A category column is one flag for each category of the training rows, in ordinal order: of a missing
/// one, and of one that only test rows have, all are 0.
/// </remarks>
sealed class TableSchema
{
    /// <summary>Most categories of a column: more are names or numbers of things, from which nothing is learnt.</summary>
    public const int MostCategories = 1000;

    readonly List<Feature> _features = [];

    /// <summary>What training rows decide.</summary>
    /// <param name="train">The training rows.</param>
    /// <param name="facts">What the columns are. Target, owner and ignored ones do not become values.</param>
    /// <exception cref="AutoFlipException">Rows are not what facts say, or nothing can be learnt from them (exit 3).</exception>
    public TableSchema(TextTable train, TableFacts facts)
    {
        for (var c = 0; c < facts.Columns.Length; c++)
        {
            if (facts.Columns[c].Kind is ColumnKind.Target or ColumnKind.Owner or ColumnKind.Ignored) continue;
            var column = train.Columns[c];
            var kind = facts.Columns[c].Kind == ColumnKind.Inferred ? Infer(column) : facts.Columns[c].Kind;
            var categories = kind == ColumnKind.Category ? Categories(column) : [];
            if (categories.Length > MostCategories)
            {
                throw AutoFlipException.BadData($"'{train.FileOf(0)}': the column '{column.Name}' has {categories.Length} different texts, more than " +
                    $"{MostCategories} categories; take it out of the file, or make it numbers.");
            }
            var flagged = kind != ColumnKind.Category && column.Texts.Any(TextColumn.IsMissing);
            _features.Add(new Feature(c, kind, categories, flagged, Width));
            Width += kind == ColumnKind.Category ? categories.Length : flagged ? 2 : 1;
        }
        if (Width == 0) throw AutoFlipException.BadData($"'{train.FileOf(0)}': there is no column to learn from.");
    }

    /// <summary>Values of a row.</summary>
    public int Width { get; }

    /// <summary>Values that clients standardise.</summary>
    public int[] Scaled => [.. _features.Where(feature => feature.Kind == ColumnKind.Number).Select(feature => feature.At)];

    /// <summary>Rows as numbers, [rows, Width].</summary>
    /// <exception cref="AutoFlipException">A number column holds something else (exit 3): the message names file and line.</exception>
    public float[] Encode(TextTable table)
    {
        if ((long)table.Count * Width > Array.MaxLength)
            throw AutoFlipException.BadData($"'{table.FileOf(0)}': {table.Count} rows of {Width} values are more than fit into memory.");
        var values = new float[table.Count * Width];
        foreach (var feature in _features)
        {
            var column = table.Columns[feature.Column];
            var rows = column.Rows;
            if (feature.Kind == ColumnKind.Category)
            {
                var category = column.Texts.Select(text => Array.BinarySearch(feature.Categories, TextColumn.Spelling(text), StringComparer.Ordinal)).ToArray();
                for (var row = 0; row < rows.Length; row++)
                    if (category[rows[row]] is >= 0 and var which) values[row * Width + feature.At + which] = 1;
                continue;
            }
            var numbers = new float[column.Texts.Count];
            for (var text = 0; text < numbers.Length; text++) numbers[text] = NumberOf(table, column, text, feature.Kind);
            for (var row = 0; row < rows.Length; row++)
            {
                var number = numbers[rows[row]];
                var missing = float.IsNaN(number);
                values[row * Width + feature.At] = missing && feature.Kind == ColumnKind.Flag ? 0 : number;
                if (feature.IsFlagged) values[row * Width + feature.At + 1] = missing ? 1 : 0;
            }
        }
        return values;
    }

    static float NumberOf(TextTable table, TextColumn column, int code, ColumnKind kind)
    {
        var text = column.Texts[code];
        if (TextColumn.IsMissing(text)) return float.NaN;
        var number = TextColumn.Number(text) ?? throw table.Bad(column, code, $"'{Shown(text)}' in column '{column.Name}' is no number");
        return kind != ColumnKind.Flag || number is 0 or 1 ? (float)number
            : throw table.Bad(column, code, $"'{Shown(text)}' in column '{column.Name}' is neither 0 nor 1");
    }

    /// <summary>A text, short enough for a message.</summary>
    internal static string Shown(string text) => text.Length <= 40 ? text : text[..40] + "...";

    static ColumnKind Infer(TextColumn column)
    {
        var kind = ColumnKind.Flag;
        foreach (var text in column.Texts)
        {
            if (TextColumn.IsMissing(text)) continue;
            if (TextColumn.Number(text) is not { } number) return ColumnKind.Category;
            if (number is not (0 or 1)) kind = ColumnKind.Number;
        }
        return kind;
    }

    /// <summary>Its categories in ordinal order.</summary>
    internal static string[] Categories(TextColumn column) =>
        [.. column.Texts.Where(text => !TextColumn.IsMissing(text)).Select(TextColumn.Spelling).Distinct().Order(StringComparer.Ordinal)];

    /// <summary>What a column becomes.</summary>
    /// <param name="Column">Which.</param>
    /// <param name="Kind">Number, flag or category.</param>
    /// <param name="Categories">Its categories, in ordinal order.</param>
    /// <param name="IsFlagged">Whether a flag behind it says that it is missing.</param>
    /// <param name="At">Its first value in a row.</param>
    sealed record Feature(int Column, ColumnKind Kind, string[] Categories, bool IsFlagged, int At);
}
