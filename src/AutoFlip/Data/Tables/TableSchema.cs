using System.Collections.Immutable;

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
            _features.Add(new Feature(c, new ColumnRecipe(column.Name, kind, [.. categories], flagged), Width));
            Width += _features[^1].As.Width;
        }
        if (Width == 0) throw AutoFlipException.BadData($"'{train.FileOf(0)}': there is no column to learn from.");
    }

    /// <summary>Values of a row.</summary>
    public int Width { get; }

    /// <summary>The columns that become values, in their order.</summary>
    public ImmutableArray<ColumnRecipe> Columns => [.. _features.Select(feature => feature.As)];

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
            if (feature.As.Kind == ColumnKind.Category)
            {
                var category = column.Texts.Select(feature.As.CategoryOf).ToArray();
                for (var row = 0; row < rows.Length; row++)
                    if (category[rows[row]] is >= 0 and var which) values[row * Width + feature.At + which] = 1;
                continue;
            }
            var numbers = new float[column.Texts.Count];
            for (var text = 0; text < numbers.Length; text++)
                if (feature.As.Parse(column.Texts[text], out numbers[text]) is { } fault) throw table.Bad(column, text, fault);
            for (var row = 0; row < rows.Length; row++)
                feature.As.Write(numbers[rows[row]], values.AsSpan(row * Width + feature.At, feature.As.Width));
        }
        return values;
    }

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
    /// <param name="As">How it is read.</param>
    /// <param name="At">Its first value in a row.</param>
    sealed record Feature(int Column, ColumnRecipe As, int At);
}
