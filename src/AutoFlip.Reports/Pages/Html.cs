using System.Globalization;
using System.Net;
using System.Runtime.CompilerServices;
using System.Text;

namespace AutoFlip.Reports;

/// <summary>Markup. Text can become markup only by being encoded.</summary>
/// <param name="Text">The markup.</param>
public readonly record struct Html(string Text)
{
    /// <summary>Nothing.</summary>
    public static Html None => new("");

    /// <summary>Markup with holes: markup fits in as it is, everything else is encoded, for elements and
    /// for quoted attributes alike.</summary>
    public static Html Of(HtmlTemplate template) => new(template.ToString());

    /// <summary>One after the other.</summary>
    public static Html Join(params IEnumerable<Html> parts) => new(string.Concat(parts.Select(part => part.Text)));

    /// <summary>The markup, or nothing; then its holes are not even looked at.</summary>
    public static Html If(bool condition, [InterpolatedStringHandlerArgument(nameof(condition))] HtmlTemplate template) => Of(template);

    /// <inheritdoc/>
    public override string ToString() => Text;
}

/// <summary>Interpolated string handler of <see cref="Html"/>; encodes text.</summary>
[InterpolatedStringHandler]
public readonly struct HtmlTemplate
{
    const int Hole = 32; // characters that one is guessed to take

    readonly StringBuilder _text;

    /// <summary>Markup in any case.</summary>
    public HtmlTemplate(int literals, int holes) => _text = new(literals + holes * Hole);

    /// <summary>Markup if <paramref name="condition"/> holds.</summary>
    public HtmlTemplate(int literals, int holes, bool condition, out bool proceed)
        : this(condition ? literals : 0, condition ? holes : 0) => proceed = condition;

    /// <summary>The programmer's own words.</summary>
    public void AppendLiteral(string markup) => _text.Append(markup.ReplaceLineEndings("\n"));

    /// <summary>Markup.</summary>
    public void AppendFormatted(Html markup) => _text.Append(markup.Text);

    /// <summary>Pieces of markup.</summary>
    public void AppendFormatted(IEnumerable<Html> markup)
    {
        foreach (var part in markup) _text.Append(part.Text);
    }

    /// <summary>Arbitrary text, encoded.</summary>
    public void AppendFormatted(string? text) => _text.Append(WebUtility.HtmlEncode(text));

    /// <summary>A number.</summary>
    public void AppendFormatted(int number) => _text.Append(CultureInfo.InvariantCulture, $"{number}");

    /// <inheritdoc/>
    public override string ToString() => _text.ToString();
}
