using System.Text;

namespace AutoFlip.Tests;

[Trait("speed", "slow")]
public sealed class TableBoundsTests : IDisposable
{
    readonly TemporaryDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    static ColumnRecipe Category(string name, int categories) =>
        new(name, ColumnKind.Category, [.. Enumerable.Range(0, categories).Select(c => $"{c:0000}")], FlagsMissing: false);

    static ColumnRecipe Number(string name) => new(name, ColumnKind.Number, [], FlagsMissing: false);

    /// <summary>1 + 3 + 5 + 2 + 4 = 15 values of 4 bytes, twice, and one number of 8: 100 rows are 12,800 bytes.</summary>
    [Fact]
    public void Values_are_counted_and_the_widest_columns_named()
    {
        ColumnRecipe[] columns = [Number("age"), Category("a", 3), Category("b", 5), Category("c", 2), Category("d", 4)];

        Assert.Null(TableBounds.Fault(100, columns, 12_800));
        Assert.Equal(
            "100 rows of 15 values need 0.0 GiB of memory, and there are 0.0 GiB for a table; the columns with the most categories, "
            + "one value each, are 'b' 5, 'd' 4, 'a' 3; take them out of the file, or make them numbers",
            TableBounds.Fault(100, columns, 12_799));
    }

    /// <summary>3e9 rows of one number are more values than an array can have, and 16 bytes each, whatever memory there is.</summary>
    [Fact]
    public void Table_without_categories_is_bounded_by_its_rows() => Assert.Equal(
        "3,000,000,000 rows of 1 values need 44.7 GiB of memory, and there are 16.0 GiB for a table; take columns or rows out of the file",
        TableBounds.Fault(3_000_000_000, [Number("age")], long.MaxValue));

    /// <summary>2,500 columns of 1,000 texts become 2.5 million values a row; 1,000 training rows of those are
    /// 2.5e9, more than an array has.</summary>
    [Fact]
    public void Table_whose_categories_do_not_fit_is_refused_with_file_and_columns()
    {
        const int Columns = 2500, Rows = 1250; // every fifth row is for testing
        var text = new StringBuilder();
        text.AppendJoin(',', Enumerable.Range(0, Columns).Select(c => $"c{c}")).Append(",y\n");
        for (var row = 0; row < Rows; row++)
        {
            for (var c = 0; c < Columns; c++) text.Append('t').Append(row).Append(',');
            text.Append(row % 2).Append('\n');
        }
        File.WriteAllText(_folder["wide.csv"], text.ToString());
        var experiment = new Experiment { Dataset = $"csv:{_folder["wide.csv"]}", Target = "y" };

        var refused = Assert.Throws<AutoFlipException>(() =>
            DataSet.Of(experiment).Load(experiment, new DataLocations(), RunObserver.None));

        Assert.Equal(ExitCode.BadData, refused.Code);
        Assert.StartsWith(
            $"'{_folder["wide.csv"]}' is not usable: 1,000 rows of 2,500,000 values need 18.6 GiB of memory", refused.Message,
            StringComparison.Ordinal);
        Assert.Contains("'c0' 1,000, 'c1' 1,000, 'c2' 1,000", refused.Message, StringComparison.Ordinal);
    }
}
