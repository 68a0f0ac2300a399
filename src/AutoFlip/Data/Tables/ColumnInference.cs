using System.Globalization;

namespace AutoFlip;

/// <summary>Finds out what the columns of a table are, from its training rows.</summary>
/// <remarks>
/// A column of which half of the cells or more are numbers (or dates) is one of numbers (or dates), and a cell of it that is neither one
/// nor missing is refused, by row and column: one typing error would turn hundreds of numbers into categories. The decimal mark is the
/// file's: that of any cell that is a number under one mark only (1,5 or 1.234,5 or 1.5). Cells that could be either (1,234) follow it, and
/// are refused where no cell shows it.
/// </remarks>
/// <param name="table">The training rows.</param>
/// <param name="format">What was said about spellings.</param>
sealed class ColumnInference(TextTable table, TableFormat format)
{
    const string Typed = "correct it, name what means a missing value (Experiment.Missing TEXT), "
        + "or say what the column is (Experiment.Columns {0}:number, category, date or ignore)";

    readonly DecimalMark _mark = MarkOf(table, format);

    /// <summary>Determines the encoding of a column.</summary>
    /// <param name="column">The column.</param>
    /// <param name="kind">What is known of it; <see cref="ColumnKind.Inferred"/> if nothing is.</param>
    /// <exception cref="AutoFlipException">A cell does not fit (exit 3): the message names file, line, column and cell.</exception>
    public ColumnRecipe RecipeOf(TextColumn column, ColumnKind kind)
    {
        var style = kind is ColumnKind.Inferred or ColumnKind.Date ? DatesOf(column) : null;
        if (kind == ColumnKind.Inferred) kind = Infer(column, style);
        var recipe = new ColumnRecipe(column.Name, kind, [], FlagsMissing: false)
        {
            Decimal = _mark,
            Missing = format.Missing,
            DateStyle = kind == ColumnKind.Date ? style : null,
        };
        if (kind == ColumnKind.Date && style is null)
            throw table.Bad(
                column, FirstThat(column, text => !IsMissing(text)), $"no cell of the column '{column.Name}' is a date of a known style");
        return recipe with
        {
            FlagsMissing = kind != ColumnKind.Category && column.Texts.Any(recipe.IsMissing),
            Categories = kind == ColumnKind.Category ? [.. CategoriesOf(column)] : [],
        };
    }

    /// <summary>The texts of a column that are no missing value, in one spelling each, in ordinal order.</summary>
    public string[] CategoriesOf(TextColumn column) =>
        [.. column.Texts.Where(text => !IsMissingText(text)).Select(TextColumn.Spelling).Distinct().Order(StringComparer.Ordinal)];

    /// <summary>The number in a cell of a target; null if there is none.</summary>
    public double? NumberIn(string text) => CellNumber.Parse(text, _mark);

    /// <summary>One spelling for each number in a target, the text itself where it is none.</summary>
    public string Spelling(string text) => NumberIn(text) is { } number ? number.ToString(CultureInfo.InvariantCulture) : text;

    /// <summary>Tests whether a cell of words is missing: of a category, a class or an owner.</summary>
    public bool IsMissingText(string text) => TableFormat.IsMissingText(text, format.Missing);

    /// <summary>Tests whether a cell of numbers is missing.</summary>
    public bool IsMissing(string text) => TableFormat.IsMissingNumber(text, format.Missing);

    ColumnKind Infer(TextColumn column, string? dateStyle)
    {
        var (numbers, dates, others, kind) = (0, 0, 0, ColumnKind.Flag);
        var rows = RowsOf(column);
        for (var text = 0; text < rows.Length; text++)
        {
            if (IsMissing(column.Texts[text])) continue;
            if (NumberIn(column.Texts[text]) is { } number)
            {
                numbers += rows[text];
                if (number is not (0 or 1)) kind = ColumnKind.Number;
            }
            else if (dateStyle is not null && CellDate.Parse(column.Texts[text], dateStyle) is not null) dates += rows[text];
            else others += rows[text];
        }
        if (numbers >= dates + others && dates + others > 0)
            throw Odd(column, text => NumberIn(text) is null, numbers, "numbers", "no number");
        if (dates >= numbers + others && numbers + others > 0)
            throw Odd(column, text => CellDate.Parse(text, dateStyle!) is null, dates, "dates", $"no date ({dateStyle})");
        return others > 0 || numbers > 0 && dates > 0 ? ColumnKind.Category : dates > 0 ? ColumnKind.Date : kind;
    }

    AutoFlipException Odd(TextColumn column, Func<string, bool> isOdd, int fitting, string kind, string fault)
    {
        var text = FirstThat(column, text => !IsMissing(text) && isOdd(text));
        return table.Bad(
            column, text,
            $"'{ColumnRecipe.Shortened(column.Texts[text])}' in column '{column.Name}' is {fault}, "
            + $"and {fitting} of its {column.Rows.Length} cells are {kind}; "
            + string.Format(null, Typed, column.Name));
    }

    /// <summary>The style of a column's dates; null where it has none, or a number is one of its cells as often.</summary>
    string? DatesOf(TextColumn column)
    {
        // no date ends otherwise: this spares columns of words
        if (!column.Texts.Any(text => text.Length > 7 && char.IsAsciiDigit(text[^1]) || text.EndsWith('Z'))) return null;
        var rows = RowsOf(column);
        var found = CellDate.StyleOf([.. column.Texts.Select((text, i) => (Text: text, Rows: rows[i]))
            .Where(cell => !IsMissing(cell.Text) && NumberIn(cell.Text) is null)]);
        if (found is not { IsAmbiguous: true } both) return found?.Style;
        var text = FirstThat(column, text => CellDate.Parse(text, both.Style) is not null);
        throw table.Bad(
            column, text,
            $"'{ColumnRecipe.Shortened(column.Texts[text])}' in column '{column.Name}' is a date "
            + "whose day and month cannot be told apart anywhere in the column; "
            + $"write dates as 2024-12-31, or leave the column out (Experiment.Columns {column.Name}:ignore)");
    }

    static DecimalMark MarkOf(TextTable table, TableFormat format)
    {
        if (format.Decimal != DecimalChoice.Auto) return format.Decimal == DecimalChoice.Comma ? DecimalMark.Comma : DecimalMark.Point;
        (TextColumn Column, int Text)? point = null, comma = null, either = null;
        foreach (var column in table.Columns)
        {
            var rows = RowsOf(column);
            var (numbers, texts) = (0, 0);
            (TextColumn, int)? itsPoint = null, itsComma = null, itsEither = null;
            for (var text = 0; text < rows.Length; text++)
            {
                var cell = column.Texts[text];
                if (TableFormat.IsMissingNumber(cell, format.Missing)) continue;
                texts += rows[text];
                if (CellNumber.Parse(cell, DecimalMark.Point) is null && CellNumber.Parse(cell, DecimalMark.Comma) is null) continue;
                numbers += rows[text];
                if (CellNumber.Shows(cell, DecimalMark.Point)) itsPoint ??= (column, text);
                else if (CellNumber.Shows(cell, DecimalMark.Comma)) itsComma ??= (column, text);
                else if (CellNumber.IsAmbiguous(cell)) itsEither ??= (column, text);
            }
            if (2 * numbers < texts) continue; // words, of which some look like numbers
            (point, comma, either) = (point ?? itsPoint, comma ?? itsComma, either ?? itsEither);
        }
        if (point is var (pointColumn, pointText) && comma is var (commaColumn, commaText))
            throw table.Bad(
                commaColumn, commaText,
                $"'{ColumnRecipe.Shortened(commaColumn.Texts[commaText])}' in column '{commaColumn.Name}' has a decimal comma, and "
                + $"'{ColumnRecipe.Shortened(pointColumn.Texts[pointText])}' in column '{pointColumn.Name}' a decimal point; "
                + "say which numbers have (Experiment.Decimal point or Experiment.Decimal comma), "
                + "or what a column is (Experiment.Columns)");
        if (point is null && comma is null && either is var (column0, text0))
            throw table.Bad(
                column0, text0,
                $"'{ColumnRecipe.Shortened(column0.Texts[text0])}' in column '{column0.Name}' "
                + "is one number with a decimal comma and another with a comma between thousands, "
                + "and no cell shows which; say it with Experiment.Decimal point or Experiment.Decimal comma");
        return comma is null ? DecimalMark.Point : DecimalMark.Comma;
    }

    static int FirstThat(TextColumn column, Func<string, bool> isIt) => Math.Max(0, column.Texts.ToList().FindIndex(text => isIt(text)));

    static int[] RowsOf(TextColumn column)
    {
        var rows = new int[column.Texts.Count];
        foreach (var text in column.Rows) rows[text]++;
        return rows;
    }
}
