using System.Net;

namespace AutoFlip.Tests;

public sealed class HtmlTests
{
    /// <summary>Words of more than twenty letters have a place to break after each twenty; a letter with its accent is one.</summary>
    [Fact]
    public void Long_words_of_a_table_header_can_be_broken()
    {
        var accented = string.Concat(Enumerable.Repeat("e\u0301", 21));

        var text = WebUtility.HtmlDecode(new HtmlTable(
            "t", "c", ["name", "at most twenty letters", new string('a', 45), accented], []).Write().Text);

        Assert.Contains(">at most twenty letters</th>", text, StringComparison.Ordinal);
        Assert.Contains($">{new string('a', 20)}<wbr>{new string('a', 20)}<wbr>aaaaa</th>", text, StringComparison.Ordinal);
        Assert.Contains("e\u0301<wbr>e\u0301</th>", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Text_in_a_hole_is_encoded_for_elements_and_for_attributes()
    {
        var hostile = """</td><script a="1" b='2'>&""";

        Assert.Equal(
            "<td title=\"&lt;/td&gt;&lt;script a=&quot;1&quot; b=&#39;2&#39;&gt;&amp;\">x</td>",
            Html.Of($"<td title=\"{hostile}\">x</td>").Text);
    }

    [Fact]
    public void Markup_in_a_hole_is_markup() =>
        Assert.Equal(
            "<ul><li>&lt;1&gt;</li><li>2</li></ul>",
            Html.Of($"<ul>{((string[])["<1>", "2"]).Select(text => Html.Of($"<li>{text}</li>"))}</ul>").Text);

    [Fact]
    public void Number_in_a_hole_is_itself() => Assert.Equal("<h2>-1234</h2>", Html.Of($"<h{2}>{-1234}</h{2}>").Text);

    [Fact]
    public void Nothing_is_looked_at_where_the_condition_fails()
    {
        string[] none = [];

        Assert.Equal("", Html.If(none.Length > 0, $"<p>{none[0]}</p>").Text);
        Assert.Equal("<p>&amp;</p>", Html.If(true, $"<p>{"&"}</p>").Text);
    }

    [Fact]
    public void Table_names_itself_its_columns_and_its_rows()
    {
        var table = new HtmlTable("t", "A & B", ["what", "how much"], [HtmlTable.Row("<all>", "3")]).Write().Text;

        Assert.Contains("role=\"group\" aria-label=\"A &amp; B\" tabindex=\"0\"", table);
        Assert.Contains("<th scope=\"col\">how much</th>", table);
        Assert.Contains("<th scope=\"row\">&lt;all&gt;</th><td>3</td>", table);
    }
}
