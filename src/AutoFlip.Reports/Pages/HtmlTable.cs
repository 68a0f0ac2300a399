using System.Globalization;

namespace AutoFlip.Reports;

/// <summary>A table on a page, in a region of its own that scrolls sideways by itself, below its first column, and can be reached
/// with the keyboard for that.</summary>
/// <param name="Id">Of the region: where it was scrolled to survives a live page's changes.</param>
/// <param name="Caption">Text of the caption.</param>
/// <param name="Headers">One per column, that of the rows' names first.</param>
/// <param name="Rows">As many cells as there are headers; the first names its row.</param>
sealed record HtmlTable(string Id, string Caption, IReadOnlyList<string> Headers, IReadOnlyList<IReadOnlyList<Html>> Rows)
{
    // characters: longer words of a header may be broken there, so that a class's name makes no column wider than the screen
    const int LongWord = 20;
    const int ShortName = 12; // characters: rows of longer names may be broken into lines, so that figures stay in sight

    /// <summary>True for a caption that only screen readers present, because a heading above repeats it.</summary>
    public bool HidesCaption { get; init; }

    /// <summary>Columns of words, which are aligned like words.</summary>
    public IReadOnlyCollection<int> Words { get; init; } = [];

    /// <summary>Cells of plain text.</summary>
    public static IReadOnlyList<Html> Row(params IEnumerable<string> cells) => [.. cells.Select(cell => Html.Of($"{cell}"))];

    /// <summary>The markup.</summary>
    public Html Write()
    {
        var names = Html.If(Rows.Any(row => row[0].Text.Length > ShortName), $" class=\"names\"");
        var unseen = Html.If(HidesCaption, $" class=\"unseen\"");
        return Html.Of($"""
            <div class="scroll" id="{Id}" role="group" aria-label="{Caption}" tabindex="0">
            <table{names}><caption{unseen}><span>{Caption}</span></caption>
            <thead><tr>{Headers.Select((header, i) => Html.Of($"<th scope=\"col\"{Class(i)}>{Breakable(header)}</th>"))}</tr></thead>
            <tbody>
            {Rows.Select(WriteRow)}</tbody></table></div>

            """);
    }

    Html WriteRow(IReadOnlyList<Html> row)
    {
        var cells = row.Skip(1).Select((cell, i) => Html.Of($"<td{Class(i + 1)}>{cell}</td>"));
        return Html.Of($"<tr><th scope=\"row\">{row[0]}</th>{cells}</tr>\n");
    }

    static Html Breakable(string header) => Html.Join(header.Split(' ').Select((word, i) => Html.Of(
        $"{(i == 0 ? "" : " ")}{Pieces(word)}")));

    static IEnumerable<Html> Pieces(string word)
    {
        var letters = new StringInfo(word);
        for (var at = 0; at < letters.LengthInTextElements; at += LongWord)
        {
            if (at > 0) yield return new Html("<wbr>");
            yield return Html.Of($"{letters.SubstringByTextElements(at, Math.Min(LongWord, letters.LengthInTextElements - at))}");
        }
    }

    Html Class(int column) => Html.If(column > 0 && Words.Contains(column), $" class=\"words\"");
}
