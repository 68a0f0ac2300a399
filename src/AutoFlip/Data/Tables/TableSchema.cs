using System.Collections.Immutable;

namespace AutoFlip;

/// <summary>Encoding of rows of text as rows of numbers, determined by the training rows.</summary>
/// <remarks>
/// A number or date column is one value (NaN where it is missing) and, if it is missing in some training rows, a second value: 1 if
/// missing, otherwise 0. A flag column is encoded alike, with 0 for a missing flag. A category column is one flag for each category of
/// the training rows, in ordinal order; all are 0 for a missing category, and for one that occurs only in test rows.
/// </remarks>
sealed class TableSchema
{
    /// <summary>Most categories of a column: columns with more hold names or identifiers, which do not generalise.</summary>
    public const int MostCategories = 1000;

    readonly List<Feature> _features = [];
    readonly List<string> _description = [];
    readonly ColumnInference _inference;
    readonly bool _isAgreed;

    /// <summary>Properties of a table that its training rows determine.</summary>
    /// <param name="train">The training rows.</param>
    /// <param name="facts">Kinds of the columns. Target, owner and ignored columns are not encoded.</param>
    /// <exception cref="AutoFlipException">Rows contradict the facts, or cannot be learnt from (exit 3).</exception>
    public TableSchema(TextTable train, TableFacts facts)
    {
        _inference = new ColumnInference(train, facts.Format);
        for (var c = 0; c < facts.Columns.Length; c++)
        {
            var (column, kind) = (train.Columns[c], facts.Columns[c].Kind);
            if (kind is ColumnKind.Target or ColumnKind.Owner or ColumnKind.Ignored)
            {
                _description.Add(ColumnDescription.Of(column, kind));
                continue;
            }
            var recipe = _inference.RecipeOf(column, kind);
            if (recipe.Categories.Length > MostCategories)
            {
                throw AutoFlipException.BadData(
                    $"'{train.FileOf(0)}': the column '{column.Name}' has {recipe.Categories.Length} different texts, more than "
                    + $"{MostCategories} categories; leave it out (Experiment.Columns {column.Name}:ignore), or make it numbers.");
            }
            _features.Add(new Feature(c, recipe, Width));
            _description.Add(ColumnDescription.Of(column, recipe));
            Width += recipe.Width;
        }
        if (Width == 0) throw AutoFlipException.BadData($"'{train.FileOf(0)}': there is no column to learn from.");
    }

    /// <summary>The encoding of a data contract, found in a table by the names of its columns. Other columns are not read.</summary>
    /// <param name="table">The rows.</param>
    /// <param name="columns">The columns of the contract; each is in the table.</param>
    /// <param name="format">The contract's spelling of cells.</param>
    public TableSchema(TextTable table, ImmutableArray<ColumnRecipe> columns, TableFormat format)
    {
        _isAgreed = true;
        _inference = new ColumnInference(table, format);
        foreach (var recipe in columns)
        {
            _features.Add(new Feature(table.Columns.ToList().FindIndex(column => column.Name == recipe.Name), recipe, Width));
            Width += recipe.Width;
        }
    }

    /// <summary>Values of a row.</summary>
    public int Width { get; }

    /// <summary>The columns that become values, in their order.</summary>
    public ImmutableArray<ColumnRecipe> Columns => [.. _features.Select(feature => feature.As)];

    /// <summary>A description of every column, one line each.</summary>
    public ImmutableArray<string> Description => [.. _description];

    /// <summary>Interpretation of the table's cells.</summary>
    public ColumnInference Inference => _inference;

    /// <summary>Rows as numbers: [rows, Width] in float32, and [rows, scaled columns] as they are, in doubles.</summary>
    /// <exception cref="AutoFlipException">A number column holds something else, or a category column a category that a contract does not
    /// have (exit 3): the message names file and line.</exception>
    public (float[] Values, double[] Numbers) Encode(TextTable table)
    {
        if (TableBounds.Fault(table.Count, Columns, MemoryLimit.OfProcess) is { } large)
            throw AutoFlipException.BadFile(table.FileOf(0), large);
        var values = new float[table.Count * Width];
        var (scaled, next) = (_features.Count(feature => feature.As.IsScaled), 0);
        var numbers = new double[table.Count * scaled];
        foreach (var feature in _features)
        {
            var column = table.Columns[feature.Column];
            var rows = column.Rows;
            if (feature.As.Kind == ColumnKind.Category)
            {
                var category = column.Texts.Select(feature.As.CategoryOf).ToArray();
                if (_isAgreed && column.Texts.ToList().FindIndex(text => IsUnknown(feature.As, text)) is >= 0 and var unknown)
                    throw table.Bad(
                        column, unknown,
                        $"'{ColumnRecipe.Shortened(column.Texts[unknown])}' in column '{column.Name}' is none of its categories in the "
                        + $"data contract: {ColumnDescription.Listed(feature.As.Categories)}");
                for (var row = 0; row < rows.Length; row++)
                    if (category[rows[row]] is >= 0 and var which) values[row * Width + feature.At + which] = 1;
                continue;
            }
            var parsed = new double[column.Texts.Count];
            for (var text = 0; text < parsed.Length; text++)
                if (feature.As.Parse(column.Texts[text], out parsed[text]) is { } fault) throw table.Bad(column, text, fault);
            for (var row = 0; row < rows.Length; row++)
            {
                feature.As.Write(parsed[rows[row]], values.AsSpan(row * Width + feature.At, feature.As.Width));
                if (feature.As.IsScaled) numbers[row * scaled + next] = parsed[rows[row]];
            }
            if (feature.As.IsScaled) next++;
        }
        return (values, numbers);
    }

    /// <summary>Sentence about missing numbers in columns without a flag for them; null if there are none.</summary>
    public string? Unflagged(TextTable table)
    {
        string[] names =
        [
            .. from feature in _features
               where feature.As is { Kind: not ColumnKind.Category, FlagsMissing: false }
                   && table.Columns[feature.Column].Texts.Any(feature.As.IsMissing)
               select $"'{feature.As.Name}'",
        ];
        return names is [] ? null
            : $"Values are missing in '{table.FileOf(0)}', and the data contract has no flag for that in these columns: "
                + $"{string.Join(", ", names)}. A missing number becomes the client's mean, a missing flag 0.";
    }

    /// <summary>Cells of test rows that no training row has, a sentence for each column: categories without a value of their own, and
    /// missing cells without a flag.</summary>
    public IEnumerable<string> Unseen(TextTable test)
    {
        foreach (var feature in _features)
        {
            var (column, isCategory) = (test.Columns[feature.Column], feature.As.Kind == ColumnKind.Category);
            var odd = column.Texts.Select(text =>
                isCategory ? IsUnknown(feature.As, text) : !feature.As.FlagsMissing && feature.As.IsMissing(text)).ToArray();
            var rows = 0;
            foreach (var text in column.Rows) rows += odd[text] ? 1 : 0;
            if (rows == 0) continue;
            var found = ColumnRecipe.Shortened(column.Texts[Array.IndexOf(odd, true)]);
            yield return isCategory
                ? $"In column '{column.Name}' {rows} of {test.Count} test rows have a text that no training row has, such as '{found}': "
                    + "it counts as missing."
                : $"In column '{column.Name}' {rows} of {test.Count} test rows have no value, and every training row has one: "
                    + (feature.As.Kind == ColumnKind.Flag ? "a missing flag is 0." : "a missing number becomes the mean.");
        }
    }

    static bool IsUnknown(ColumnRecipe column, string text) => !column.IsMissing(text) && column.CategoryOf(text) < 0;

    /// <summary>Network inputs of a column.</summary>
    /// <param name="Column">Which.</param>
    /// <param name="As">How it is read.</param>
    /// <param name="At">Its first value in a row.</param>
    sealed record Feature(int Column, ColumnRecipe As, int At);
}
