using System.Text;

namespace AutoFlip;

/// <summary>An input of a prediction: a sample as the network reads it, or why it could not be read.</summary>
/// <param name="Name">The file, and the line of a file with several.</param>
/// <param name="Sample">[C, H, W]; null if it could not be read.</param>
/// <param name="Fault">Why it could not be read: one sentence.</param>
public sealed record RawInput(string Name, float[]? Sample, string? Fault)
{
    /// <summary>Stands for standard input.</summary>
    public const string StandardInput = "-";

    /// <summary>Everything that a source holds, one after another. What cannot be read is there too, and stops nothing else.</summary>
    /// <param name="recipe">How it is read: image files, or folders of them; rows of separated values, with a header if they
    /// are of a table; a text a line.</param>
    /// <param name="source">A file, a folder of images, or <see cref="StandardInput"/>.</param>
    /// <param name="input">Standard input.</param>
    /// <param name="encoding">The encoding of a file of rows or texts, see <see cref="Reader"/>.</param>
    /// <exception cref="AutoFlipException">Images are asked of standard input (exit 2).</exception>
    public static IEnumerable<RawInput> Of(InputRecipe recipe, string source, TextReader input, string encoding = TextInput.Usual) =>
        recipe switch
        {
            ImageRecipe when source == StandardInput => throw AutoFlipException.BadRequest(
                "-: images are not read from standard input. Name their files, or a folder."),
            ImageRecipe images =>
                Guarded(source, Files(source))
                    .SelectMany(file => file.Fault is not null ? [file] : Guarded(file.Name, Image(images, file.Name))),
            TextRecipe texts => Guarded(source, Open(source, input, encoding, reader => Lines(texts, source, reader))),
            _ => Guarded(source, Open(source, input, encoding, reader => Rows(recipe, source, reader))),
        };

    /// <summary>Decodes a text strictly: a byte that is not of the encoding is an error that names line and byte.</summary>
    /// <param name="content">The bytes; closed with the reader.</param>
    /// <param name="name">The name of the input in messages.</param>
    /// <param name="encoding">A name of the IANA registry, such as utf-8 or latin1. A byte order mark of UTF-16 takes precedence.</param>
    /// <exception cref="AutoFlipException">The encoding is not known (exit 2); while reading: a byte is not
    /// of the encoding (exit 3).</exception>
    public static TextReader Reader(Stream content, string name, string encoding) =>
        TextInput.Open(content, name, encoding, TextInput.OptionRemedy);

    static IEnumerable<RawInput> Files(string source)
    {
        List<string> files = Directory.Exists(source)
            ? [.. Directory.EnumerateFiles(source, "*", SearchOption.AllDirectories)
                .Where(SampleFiles.Images.Has).Order(StringComparer.Ordinal)]
            : [source];
        if (files.Count == 0) throw AutoFlipException.BadFile(source, "there are no images in this folder");
        foreach (var file in files) yield return new(file, null, null);
    }

    static IEnumerable<RawInput> Image(ImageRecipe recipe, string path)
    {
        var sample = new float[recipe.Shape.Length];
        recipe.Encode(path, sample);
        yield return new(path, sample, null);
    }

    static IEnumerable<RawInput> Open(string source, TextReader input, string encoding, Func<TextReader, IEnumerable<RawInput>> read)
    {
        if (Directory.Exists(source)) throw AutoFlipException.BadFile(source, "it is a folder, and this model reads files");
        using var file = source == StandardInput ? null : Reader(File.OpenRead(source), source, encoding);
        foreach (var one in read(file ?? input)) yield return one;
    }

    static IEnumerable<RawInput> Lines(TextRecipe recipe, string source, TextReader reader)
    {
        var encode = recipe.Encoder();
        for (var line = 1; reader.ReadLine() is { } text; line++)
        {
            if (text.Length == 0) continue;
            var sample = new float[recipe.Shape.Length];
            encode(text, sample);
            yield return new($"{source}:{line}", sample, null);
        }
    }

    static IEnumerable<RawInput> Rows(InputRecipe recipe, string source, TextReader reader)
    {
        var records = new CsvReader(reader, source);
        var places = recipe is TableRecipe table ? PlacesOf(table, records, source) : [];
        while (records.Read())
        {
            string[] fields = [.. Enumerable.Range(0, records.Fields).Select(field => records[field].ToString())];
            var sample = new float[recipe.Shape.Length];
            var fault = recipe is not TableRecipe columns ? ((NumberRecipe)recipe).Encode(fields, sample)
                : fields.Length > places.Max() ? columns.Encode(column => fields[places[column]], sample)
                : $"there are only {fields.Length} values";
            yield return fault is null
                ? new($"{source}:{records.Line}", sample, null)
                : new($"{source}:{records.Line}", null, records.Bad(fault).Message);
        }
    }

    /// <summary>Index of each column of a recipe in a row, by the header.</summary>
    static int[] PlacesOf(TableRecipe recipe, CsvReader records, string source)
    {
        string[] header = records.Read() ? [.. Enumerable.Range(0, records.Fields).Select(field => records[field].ToString())] : [];
        return [.. recipe.Columns.Select(column =>
            Array.FindIndex(header, name => name.Equals(column.Name, StringComparison.OrdinalIgnoreCase)) is >= 0 and var place
                ? place
                : throw AutoFlipException.BadFile(
                    source,
                    $"its first line names no column '{column.Name}'. The model reads "
                    + $"{string.Join(", ", recipe.Columns.Select(one => one.Name))}, in any order; others are passed over"))];
    }

    /// <summary>Turns a failure of reading into the last input.</summary>
    static IEnumerable<RawInput> Guarded(string name, IEnumerable<RawInput> inputs)
    {
        using var each = inputs.GetEnumerator();
        while (true)
        {
            RawInput? next;
            var broken = false;
            try
            {
                next = each.MoveNext() ? each.Current : null;
            }
            catch (Exception e) when (e is AutoFlipException or IOException or UnauthorizedAccessException or DecoderFallbackException)
            {
                (next, broken) = (new(name, null, e is AutoFlipException ? e.Message
                    : e is DecoderFallbackException
                        ? $"'{name}' cannot be decoded: {e.Message.TrimEnd('.')}. Name its encoding with Experiment.Encoding."
                    : e is FileNotFoundException or DirectoryNotFoundException ? $"'{name}' does not exist."
                    : $"'{name}' cannot be read: {e.Message}"), true);
            }
            if (next is null) yield break;
            yield return next;
            if (broken) yield break;
        }
    }
}
