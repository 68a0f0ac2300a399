using System.Text;
using System.Xml;
using System.Xml.Linq;

namespace AutoFlip.Reports;

/// <summary>Completes an SVG drawing: a title and description in words, a size that scales, and fallback fonts.</summary>
static class SvgDocument
{
    static readonly XNamespace Svg = "http://www.w3.org/2000/svg";

    /// <summary>Completes a document.</summary>
    public static byte[] Finish(string drawn, int width, int height, string title, string description)
    {
        var document = XDocument.Parse(drawn, LoadOptions.PreserveWhitespace);
        var root = document.Root!;
        root.SetAttributeValue("viewBox", $"0 0 {width} {height}");
        root.SetAttributeValue("role", "img");
        root.AddFirst(
            new XElement(Svg + "title", Xml(title)), description.Length == 0 ? null : new XElement(Svg + "desc", Xml(description)));
        foreach (var text in root.Descendants(Svg + "text"))
        {
            if (text.Attribute("font-family")?.Value == "Open Sans") text.SetAttributeValue("font-family", PlotText.Families);
            foreach (var places in text.Attributes().Where(attribute => attribute.Name.LocalName is "x" or "y"))
                places.Value = places.Value.TrimEnd(' ', ','); // the canvas ends lists of numbers with one
        }
        using var stream = new MemoryStream();
        using (var writer = XmlWriter.Create(
            stream,
            new XmlWriterSettings { Encoding = new UTF8Encoding(false), NewLineHandling = NewLineHandling.None })) document.Save(writer);
        return stream.ToArray();
    }

    /// <summary>The text without characters that XML cannot hold.</summary>
    static string Xml(string text) => string.Concat(text.Where(letter => XmlConvert.IsXmlChar(letter) && !char.IsControl(letter)));
}
