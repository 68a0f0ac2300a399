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

    /// <summary>Values of a row.</summary>
    public int Width { get; }

    /// <summary>The columns that become values, in their order.</summary>
    public ImmutableArray<ColumnRecipe> Columns => [.. _features.Select(feature => feature.As)];

    /// <summary>A description of every column, one line each.</summary>
    public ImmutableArray<string> Description => [.. _description];

    /// <summary>Interpretation of the table's cells.</summary>
    public ColumnInference Inference => _inference;

    /// <summary>Rows as numbers: [rows, Width] in float32, and [rows, scaled columns] as they are, in doubles.</summary>
    /// <exception cref="AutoFlipException">A number column holds something else (exit 3): the message names file and line.</exception>
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

    /// <summary>Network inputs of a column.</summary>
    /// <param name="Column">Which.</param>
    /// <param name="As">How it is read.</param>
    /// <param name="At">Its first value in a row.</param>
    sealed record Feature(int Column, ColumnRecipe As, int At);
}
