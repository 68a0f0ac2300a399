using System.Globalization;
using System.Runtime.InteropServices;

namespace AutoFlip;

/// <summary>One column of a table as text: the distinct texts and, per row, which of them.</summary>
/// <param name="name">Its name.</param>
sealed class TextColumn(string name)
{
    readonly Dictionary<string, int> _codes = new(StringComparer.Ordinal);
    readonly List<string> _texts = [];
    readonly List<int> _rows = [];

    /// <summary>Its name.</summary>
    public string Name => name;

    /// <summary>Distinct texts in the order in which they came, spelled as in the file.</summary>
    public IReadOnlyList<string> Texts => _texts;

    /// <summary>Index into <see cref="Texts"/> of each row's text.</summary>
    public ReadOnlySpan<int> Rows => CollectionsMarshal.AsSpan(_rows);

    /// <summary>Adds a row's text.</summary>
    public void Add(ReadOnlySpan<char> text)
    {
        var lookup = _codes.GetAlternateLookup<ReadOnlySpan<char>>();
        if (!lookup.TryGetValue(text, out var code))
        {
            code = _texts.Count;
            var own = text.ToString();
            _codes.Add(own, code);
            _texts.Add(own);
        }
        _rows.Add(code);
    }

    /// <summary>Tests whether a text stands for a missing value: it is empty, or a question mark.</summary>
    public static bool IsMissing(string text) => text is "" or "?";

    /// <summary>The finite number in a text; null if it is none.</summary>
    public static double? Number(string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite((float)number)
            ? number
            : null;

    /// <summary>One spelling for each number (1.0 is 1), the text itself where it is none.</summary>
    public static string Spelling(string text) => Number(text) is { } number ? number.ToString(CultureInfo.InvariantCulture) : text;
}

/// <summary>Rows of text from one or several files, column by column. Takes 4 bytes a cell and its distinct texts once.</summary>
/// <param name="columns">Names of the columns.</param>
sealed class TextTable(IEnumerable<string> columns)
{
    readonly List<int> _lines = [];
    readonly List<(int FirstRow, string File, string Unit)> _files = [];

    /// <summary>The columns.</summary>
    public IReadOnlyList<TextColumn> Columns { get; } = [.. columns.Select(name => new TextColumn(name))];

    /// <summary>Number of rows.</summary>
    public int Count => _lines.Count;

    /// <summary>Rows that are added from now on come from this file.</summary>
    /// <param name="file">The file.</param>
    /// <param name="unit">The unit in which its rows are numbered (<see cref="ITableRecords.Unit"/>).</param>
    public void Begin(string file, string unit) => _files.Add((Count, file, unit));

    /// <summary>Adds a record.</summary>
    /// <exception cref="AutoFlipException">It has another number of fields (exit 3).</exception>
    public void Add(ITableRecords record) => Add(record, _ => true);

    /// <summary>Adds a record of which only some columns count: others are empty here.</summary>
    /// <exception cref="AutoFlipException">It has another number of fields (exit 3).</exception>
    public void Add(ITableRecords record, Func<TextColumn, bool> isKept)
    {
        if (record.Fields != Columns.Count) throw record.Bad($"there are {record.Fields} values instead of {Columns.Count}");
        for (var c = 0; c < Columns.Count; c++) Columns[c].Add(isKept(Columns[c]) ? record[c] : []);
        _lines.Add(record.Line);
    }

    /// <summary>The file that a row came from.</summary>
    public string FileOf(int row) => PlaceOf(row).File;

    /// <summary>An error of a row.</summary>
    public AutoFlipException Bad(int row, string why) =>
        AutoFlipException.BadData($"'{FileOf(row)}', {PlaceOf(row).Unit} {_lines[row]}: {why}.");

    /// <summary>An error of the first row that has a text in a column.</summary>
    public AutoFlipException Bad(TextColumn column, int text, string why) => Bad(column.Rows.IndexOf(text), why);

    (int FirstRow, string File, string Unit) PlaceOf(int row) => _files.FindLast(file => file.FirstRow <= row);
}
