using System.Globalization;
using CsCheck;

namespace AutoFlip.Tests;

/// <summary>Charts as tables.</summary>
public sealed class ChartTableTests
{
    [Fact]
    public void Lines_are_a_row_per_point()
    {
        var chart = new LineChart(
            "a", "t", new Axis("x"), new Axis("y"),
            [new Line("one", [1, 2], [0.1, 1e-300]) { Spread = [0.5, 0] }, new Line("two", [3], [-4])]);

        Assert.Equal("series,x,y,spread\none,1,0.1,0.5\none,2,1E-300,0\ntwo,3,-4,\n", ChartTable.Of(chart));
    }

    [Fact]
    public void Bars_and_maps_are_a_row_per_value()
    {
        Assert.Equal(
            "series,name,value\nkept,a,1\nkept,b,2\n",
            ChartTable.Of(new BarChart("a", "t", "x", new Axis("y"), ["a", "b"], [new Bar("kept", [1, 2])])));
        Assert.Equal(
            "row,column,value\nr,a,1\nr,b,2.5\n",
            ChartTable.Of(new HeatMap("a", "t", "x", "y", new Axis("v"), ["a", "b"], ["r"], [[1, 2.5]])));
    }

    [Fact]
    public void Names_with_commas_quotes_and_breaks_are_quoted()
    {
        var chart = new BarChart(
            "a", "t", "x", new Axis("y"), ["a,b", "say \"no\"", "two\nlines", "plain; 'x'"], [new Bar("<s>", [1, 2, 3, 4])]);

        Assert.Equal(
            "series,name,value\n<s>,\"a,b\",1\n<s>,\"say \"\"no\"\"\",2\n<s>,\"two\nlines\",3\n<s>,plain; 'x',4\n", ChartTable.Of(chart));
    }

    [Fact]
    public void Whatever_is_written_is_read_back()
    {
        var lines =
            from name in Gen.String[Gen.Char[" ,\"\n\ra<&é"], 0, 8]
            from points in Gen.Select(Gen.Double, Gen.Double).Array[1, 5]
            select new Line(name, [.. points.Select(point => point.Item1)], [.. points.Select(point => point.Item2)]);
        lines.Array[1, 4].Sample(drawn =>
        {
            var rows = Read(ChartTable.Of(new LineChart("a", "t", new Axis("x"), new Axis("y"), [.. drawn])));

            Assert.Equal(
                drawn.SelectMany(line => line.X.Zip(line.Y, (x, y) => (line.Name, x, y))),
                rows.Skip(1).Select(row =>
                    (row[0], double.Parse(row[1], CultureInfo.InvariantCulture), double.Parse(row[2], CultureInfo.InvariantCulture))));
        });
    }

    /// <summary>RFC 4180, read as it stands there.</summary>
    static List<List<string>> Read(string text)
    {
        List<List<string>> rows = [];
        List<string> row = [];
        for (var i = 0; i < text.Length; i++)
        {
            var cell = "";
            if (text[i] == '"')
            {
                for (i++; text[i] != '"' || i + 1 < text.Length && text[i + 1] == '"'; i++)
                {
                    if (text[i] == '"') i++;
                    cell += text[i];
                }
                i++;
            }
            else
                for (; text[i] is not (',' or '\n'); i++) cell += text[i];
            row.Add(cell);
            if (text[i] != '\n') continue;
            rows.Add(row);
            row = [];
        }
        return rows;
    }
}
