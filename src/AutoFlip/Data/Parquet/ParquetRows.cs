using ZstdSharp;

namespace AutoFlip;

/// <summary>Rows of a Parquet file, one after another. A column is read from the first time that it is asked for, with memory for one page
/// and its dictionary; in a row it may be asked for once.</summary>
sealed class ParquetRows : ITableRecords, IDisposable
{
    const long BytesOfCell = sizeof(int); // that a table keeps

    readonly FileStream _file;
    readonly string _path, _target;
    readonly ParquetFooter _footer;
    readonly Column?[] _columns;

    ParquetRows(FileStream file, string path, string target)
    {
        (_file, _path, _target) = (file, path, target);
        _footer = ParquetFooter.Read(file);
        Features = HuggingFaceFeatures.Of(_footer.Notes);
        _columns = new Column?[_footer.Columns.Length];
    }

    /// <summary>The columns in the order of the file.</summary>
    public IReadOnlyList<ParquetColumn> Columns => _footer.Columns;

    /// <summary>Types of columns as Hugging Face's libraries write them beside the data.</summary>
    public HuggingFaceFeatures Features { get; }

    /// <inheritdoc/>
    public int Line { get; private set; }

    /// <inheritdoc/>
    public string Unit => "row";

    /// <inheritdoc/>
    public int Fields => _columns.Length;

    /// <summary>Opens a file and reads its footer.</summary>
    /// <param name="path">The file.</param>
    /// <param name="target">The column whose classes are given by their codes; other columns of classes by name.</param>
    /// <exception cref="AutoFlipException">It is no Parquet file that can be read (exit 3).</exception>
    public static ParquetRows Open(string path, string target)
    {
        FileStream? file = null;
        try
        {
            file = OwnFile.OpenRead(path);
            return new(file, path, target);
        }
        catch (Exception e) when (IsOfFile(e))
        {
            file?.Dispose();
            throw Bad(path, "", e);
        }
    }

    /// <inheritdoc/>
    public bool Read()
    {
        if (Line == _footer.Rows) return false;
        Line++;
        return true;
    }

    /// <inheritdoc/>
    /// <exception cref="AutoFlipException">The column is damaged or holds no single values (exit 3).</exception>
    public ReadOnlySpan<char> this[int field]
    {
        get
        {
            var named = _footer.Columns[field];
            if (named.Values is not { } leaf || !ParquetCell.Accepts(leaf)) throw AutoFlipException.BadFile(_path, Refusal(named));
            var column = _columns[field] ??= Open(named, leaf);
            try
            {
                if (!column.Next(Line, out var value)) return [];
                var text = column.Cell.Text(value);
                return column.Classes is { } classes && int.TryParse(text, out var code) && code >= 0 && code < classes.Count
                    ? classes[code]
                    : text;
            }
            catch (Exception e) when (IsOfFile(e))
            {
                throw Bad(_path, named.Name, e);
            }
        }
    }

    /// <summary>The bytes of an image in a row, good until the next row.</summary>
    /// <param name="field">A column of images, or of bytes.</param>
    /// <exception cref="AutoFlipException">The image is missing, or the column is damaged or none of images (exit 3).</exception>
    public ReadOnlySpan<byte> Image(int field)
    {
        var named = _footer.Columns[field];
        var leaf = named.Bytes ?? (named.Values is { Type: ParquetType.Bytes } bytes ? bytes
            : throw AutoFlipException.BadFile(
                _path, $"the column '{ForeignText.Quote(named.Name)}' holds no images: a struct of bytes and path, or bytes"));
        var column = _columns[field] ??= Open(named, leaf);
        try
        {
            return column.Next(Line, out var value) ? value
                : throw Bad($"the image in the column '{ForeignText.Quote(named.Name)}' is missing, or it is not in the file but a path");
        }
        catch (Exception e) when (IsOfFile(e))
        {
            throw Bad(_path, named.Name, e);
        }
    }

    /// <inheritdoc/>
    public AutoFlipException Bad(string why) => AutoFlipException.BadData($"'{_path}', row {Line}: {why}.");

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    Column Open(ParquetColumn column, ParquetLeaf leaf)
    {
        var bytes = _footer.Rows * BytesOfCell * (_columns.Count(other => other is not null) + 1);
        if (bytes > MemoryLimit.OfProcess)
        {
            throw AutoFlipException.BadFile(
                _path,
                $"its {_footer.Rows:N0} rows need {MemoryLimit.Text(bytes)} of memory, more than there is; take columns or rows out of it");
        }
        var classes = column.Name == _target ? null : Features.ClassesOf(column.Name);
        return new(new(_file, _footer.Groups, leaf), new(leaf), classes);
    }

    static string Refusal(ParquetColumn column) => $"the column '{ForeignText.Quote(column.Name)}' is {column.TypeName}; "
        + (column.Bytes is null ? "" : "name it with Experiment.Image to learn from images, or ")
        + $"leave it out (Experiment.Columns {ForeignText.Quote(column.Name)}:ignore)";

    static bool IsOfFile(Exception e) => e is InvalidDataException or ZstdException or IOException or UnauthorizedAccessException
        or OverflowException or OutOfMemoryException;

    static AutoFlipException Bad(string path, string column, Exception e)
    {
        var where = column.Length == 0 ? "" : $"the column '{ForeignText.Quote(column)}' is damaged: ";
        return e switch
        {
            InvalidDataException => AutoFlipException.BadFile(path, where + e.Message.TrimEnd('.'), e),
            EndOfStreamException => AutoFlipException.BadFile(path, $"{where}it ends too early", e),
            ZstdException or OverflowException => AutoFlipException.BadFile(path, $"{where}a page is damaged", e),
            OutOfMemoryException => AutoFlipException.BadFile(path, $"{where}a page needs more memory than there is", e),
            _ => AutoFlipException.Unreadable(path, e),
        };
    }

    /// <summary>A column that is being read.</summary>
    sealed record Column(ParquetColumnReader Reader, ParquetCell Cell, IReadOnlyList<string>? Classes)
    {
        int _row;

        /// <summary>The value in a row behind the last one that was asked for.</summary>
        public bool Next(int row, out ReadOnlySpan<byte> value)
        {
            if (_row >= row) throw new InvalidOperationException("A column is read once in each row.");
            for (; _row < row - 1; _row++) Reader.Next(out _);
            _row++;
            return Reader.Next(out value);
        }
    }
}
