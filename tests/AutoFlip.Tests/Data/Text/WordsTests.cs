namespace AutoFlip.Tests;

public class WordsTests
{
    [Theory]
    [InlineData("Don't (e-mail) me!", "don ' t ( e-mail ) me !")]
    [InlineData("\"Well,\" he said: no; 3.5%?", "well , he said no 3 . 5% ?")]
    [InlineData("a<br />b<br/>c<BR>d<b>e", "a b c d<b>e")]
    [InlineData(@"new\nline, dwindling\band \", "new line , dwindling band")]
    [InlineData("  \t\r\n a \u00A0 b\u0001c ", "a b c")]
    [InlineData("ÄÖÜ ŁÓDŹ", "äöü łódź")]
    [InlineData("", "")]
    [InlineData("\"\"", "")]
    public void Text_is_cut_as_documented(string text, string words) => Assert.Equal(words, string.Join(' ', Cut(text)));

    static List<string> Cut(string text)
    {
        char[] buffer = [];
        var words = new Words(Words.Lower(text, ref buffer));
        var cut = new List<string>();
        while (words.MoveNext()) cut.Add(words.Current.ToString());
        return cut;
    }
}
