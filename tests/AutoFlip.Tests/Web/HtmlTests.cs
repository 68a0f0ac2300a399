using AutoFlip.Cli;

namespace AutoFlip.Tests;

public sealed class HtmlTests
{
    [Fact]
    public void Text_in_a_hole_is_encoded_for_elements_and_for_attributes()
    {
        var hostile = """</td><script a="1" b='2'>&""";

        Assert.Equal("<td title=\"&lt;/td&gt;&lt;script a=&quot;1&quot; b=&#39;2&#39;&gt;&amp;\">x</td>", Html.Of($"<td title=\"{hostile}\">x</td>").Text);
    }

    [Fact]
    public void Markup_in_a_hole_is_markup() =>
        Assert.Equal("<ul><li>&lt;1&gt;</li><li>2</li></ul>", Html.Of($"<ul>{((string[])["<1>", "2"]).Select(text => Html.Of($"<li>{text}</li>"))}</ul>").Text);

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
