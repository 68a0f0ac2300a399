using System.Collections.Immutable;

namespace AutoFlip;

/// <summary>Rules for a table of one client's rows, under a data contract.</summary>
static class ClientTable
{
    /// <summary>Spelling of cells: that of the contract's columns; of texts and images, whose contract has no columns, the given
    /// one.</summary>
    public static TableFormat FormatOf(DataContract contract, TableFormat given) => contract.Recipe is not TableRecipe table ? given
        : new(table.Columns[0].Decimal == DecimalMark.Comma ? DecimalChoice.Comma : DecimalChoice.Point, table.Columns[0].Missing);

    /// <summary>Refuses a table whose rows cannot be samples of the contract.</summary>
    /// <param name="name">Kind and path.</param>
    /// <param name="contract">The contract.</param>
    /// <param name="text">The column of texts; empty for none.</param>
    /// <param name="image">The column of images; empty for none.</param>
    /// <exception cref="AutoFlipException">They cannot (exit 3), or a column has to be named (exit 2).</exception>
    public static void Check(string name, DataContract contract, string text, string image)
    {
        var fits = contract.Recipe switch
        {
            TableRecipe => text.Length + image.Length == 0,
            IPaddedText => text.Length > 0,
            ImageRecipe => image.Length > 0,
            _ => false,
        };
        if (fits && contract.Task.Kind != TaskKind.Labelling) return;
        if (contract.Recipe is IPaddedText or ImageRecipe && text.Length + image.Length == 0)
            throw AutoFlipException.BadRequest(
                $"{name}: the data contract asks for {contract.Kind} and names no column of a table. Name the column of {contract.Kind}.");
        throw AutoFlipException.BadData(
            $"'{name}' does not fit the data contract: it asks for {contract.Kind}, and {(text.Length > 0 ? $"'{text}' is a column of texts"
                : image.Length > 0 ? $"'{image}' is a column of images" : "these are rows of a table")}.");
    }

    /// <summary>Refuses a table without a column of the contract.</summary>
    /// <exception cref="AutoFlipException">One is missing (exit 3).</exception>
    public static void Require(DataContract contract, IEnumerable<string> others, string[] names, string path)
    {
        var needed = contract.Recipe is TableRecipe table ? table.Columns.Select(column => column.Name) : [];
        if (needed.Concat(others.Where(name => name.Length > 0)).FirstOrDefault(name => !names.Contains(name)) is not { } missing) return;
        throw AutoFlipException.BadData(
            $"'{path}' is not usable: it has no column '{missing}', which it needs under the data contract. "
            + $"Its columns are {string.Join(", ", names.Take(100))}{(names.Length > 100 ? ", ..." : "")}.{Nearest.Hint(missing, names)}");
    }

    /// <summary>The text of a cell for each class: its name, numbers in one spelling.</summary>
    /// <exception cref="AutoFlipException">Two names are the same number (exit 3).</exception>
    public static ImmutableArray<ImmutableArray<string>> TextsOf(LearningTask task)
    {
        ImmutableArray<ImmutableArray<string>> texts =
            [.. task.ClassNames.Select(name => ImmutableArray.Create(TextColumn.Spelling(name)))];
        return texts.GroupBy(text => text[0]).FirstOrDefault(same => same.Count() > 1) is not { } twice ? texts
            : throw AutoFlipException.BadData(
                $"Two classes of the data contract are the number {twice.Key}: a table cannot hold both.");
    }
}
