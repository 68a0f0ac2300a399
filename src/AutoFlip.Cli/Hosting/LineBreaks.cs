namespace AutoFlip.Cli;

/// <summary>Lines of text for a width. They are broken at blanks only, so no number is ever split.</summary>
static class LineBreaks
{
    const string Gap = "  "; // two blanks or more separate the fields of a line

    /// <summary>A line as it is where it fits; else its fields, whole where one fits, under the line's own
    /// indentation and a step further.</summary>
    /// <param name="line">The line; its fields are separated by two blanks or more.</param>
    /// <param name="width">Columns. A single word that is longer exceeds them.</param>
    public static IEnumerable<string> Of(string line, int width)
    {
        if (line.Length <= width) return [line];
        var indent = line[..^line.TrimStart().Length];
        var lines = new List<string> { indent };
        foreach (var field in line.Split(Gap, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var gap = Gap;
            foreach (var word in field.Length + indent.Length + Gap.Length <= width ? [field] : field.Split(' '))
            {
                var isFirst = string.IsNullOrWhiteSpace(lines[^1]);
                if (isFirst) lines[^1] += word;
                else if (lines[^1].Length + gap.Length + word.Length <= width) lines[^1] += gap + word;
                else lines.Add(indent + Gap + word);
                gap = " ";
            }
        }
        return lines;
    }

    /// <summary>A text in lines of at most <paramref name="width"/> columns, but for longer words.</summary>
    public static IEnumerable<string> Wrap(string text, int width)
    {
        var line = "";
        foreach (var word in text.Split(' '))
        {
            if (line.Length > 0 && line.Length + 1 + word.Length > width)
            {
                yield return line;
                line = word;
            }
            else line = line.Length == 0 ? word : $"{line} {word}";
        }
        yield return line;
    }
}
