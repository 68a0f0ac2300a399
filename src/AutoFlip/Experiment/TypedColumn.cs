namespace AutoFlip;

/// <summary>Columns whose kind a user states: <c>--column NAME:number|category|date|ignore</c>.</summary>
static class TypedColumn
{
    static readonly (string Word, ColumnKind Kind)[] Kinds =
        [("number", ColumnKind.Number), ("category", ColumnKind.Category), ("date", ColumnKind.Date), ("ignore", ColumnKind.Ignored)];

    /// <summary>The accepted form, for messages.</summary>
    public const string Accepted = "NAME:number, NAME:category, NAME:date or NAME:ignore";

    /// <summary>Tests whether a text ends with a valid kind of column.</summary>
    public static bool IsValid(string text) => Split(text) is not null;

    /// <summary>The column and its kind; a name may hold colons.</summary>
    public static ColumnFacts Parse(string text) =>
        Split(text)
            ?? throw AutoFlipException.BadRequest(ExperimentOptions.Of(nameof(Experiment.Columns)).Refusal(ForeignText.Quote(text)));

    static ColumnFacts? Split(string text)
    {
        var colon = text.LastIndexOf(':');
        if (colon <= 0) return null;
        var found = Array.Find(Kinds, kind => kind.Word.Equals(text[(colon + 1)..], StringComparison.OrdinalIgnoreCase));
        return found.Word is null ? null : new ColumnFacts(text[..colon], found.Kind);
    }
}
