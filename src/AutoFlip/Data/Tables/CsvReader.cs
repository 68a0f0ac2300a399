namespace AutoFlip;

/// <summary>Reads separated values record by record, with memory for one record.</summary>
/// <remarks>
/// RFC 4180: fields in double quotes may hold separators, line breaks and doubled quotes. Beyond it: lines end with LF, CR or both; spaces
/// around fields do not count unless quoted; lines with nothing on them are skipped; a byte order mark is too.
/// </remarks>
sealed class CsvReader : ITableRecords
{
    const int End = -1;

    readonly TextReader _text;
    readonly string _file;
    readonly char _separator;
    readonly int _mostCharacters;
    readonly char[] _fieldEnds;
    readonly char[] _buffer = new char[1 << 16];
    readonly List<int> _ends = []; // of fields in _record; behind each is a line feed
    char[] _record = new char[1 << 10];
    int _at, _filled, _length;
    int _line = 1;
    bool _quoted; // the last field

    /// <summary>Starts at the first record of a file, whose separator is found out.</summary>
    /// <param name="content">The file.</param>
    /// <param name="file">Its name, for messages.</param>
    /// <param name="encoding">A name of <see cref="TextInput"/>.</param>
    public CsvReader(Stream content, string file, string encoding = TextInput.Usual)
        : this(TextInput.Open(content, file, encoding, TextInput.OptionRemedy), file)
    {
    }

    /// <summary>Starts at the first record.</summary>
    /// <param name="text">The file. Not closed.</param>
    /// <param name="file">Its name, for messages.</param>
    /// <param name="separator">What is between fields; null for a comma, a semicolon or a tab, whichever the first line has most of
    /// (of none of them: a comma).</param>
    /// <param name="mostCharacters">Of a record, with one for the end of each field: more is a quote that was
    /// never closed, or no text at all.</param>
    public CsvReader(TextReader text, string file, char? separator = null, int mostCharacters = 1 << 20)
    {
        (_text, _file, _mostCharacters) = (text, file, mostCharacters);
        _filled = text.ReadBlock(_buffer);
        _separator = separator ?? SeparatorOf(_buffer.AsSpan(0, _filled));
        _fieldEnds = [_separator, '\n', '\r'];
    }

    /// <inheritdoc/>
    public int Fields => _ends.Count;

    /// <summary>The line in which the record starts, from 1.</summary>
    public int Line { get; private set; }

    /// <inheritdoc/>
    public string Unit => "line";

    /// <summary>A field of the record, without its quotes. Good until the next record.</summary>
    public ReadOnlySpan<char> this[int field] => _record.AsSpan(Start(field).._ends[field]);

    /// <summary>All fields from one on, as lines. Good until the next record.</summary>
    public ReadOnlySpan<char> From(int field) => _record.AsSpan(Start(field).._ends[^1]);

    /// <summary>Goes to the next record that is not blank; false behind the last.</summary>
    /// <exception cref="AutoFlipException">The file is no such text (exit 3): the message names file and line.</exception>
    public bool Read()
    {
        do
        {
            if (Peek() == End) return false;
            (_length, Line) = (0, _line);
            _ends.Clear();
            while (ReadField()) { }
        }
        while (Fields == 1 && _ends[0] == 0 && !_quoted);
        return true;
    }

    /// <summary>An error of this record.</summary>
    public AutoFlipException Bad(string why) => Bad(Line, why);

    AutoFlipException Bad(int line, string why) => AutoFlipException.BadData($"'{_file}', line {line}: {why}.");

    int Start(int field) => field == 0 ? 0 : _ends[field - 1] + 1;

    /// <summary>Reads one field and what ends it; false if that ends the record too.</summary>
    bool ReadField()
    {
        SkipSpaces();
        _quoted = Peek() == '"';
        if (_quoted)
            ReadQuoted();
        else
            ReadPlain();
        _ends.Add(_length);
        Keep("\n");
        var end = Peek();
        if (end == End) return false;
        _at++;
        if (end == _separator) return true;
        if (end == '\r' && Peek() == '\n') _at++;
        _line++;
        return false;
    }

    void ReadPlain()
    {
        var start = _length;
        KeepUntil(_fieldEnds);
        while (_length > start && _record[_length - 1] is ' ' or '\t') _length--;
    }

    void ReadQuoted()
    {
        var start = _length;
        while (true)
        {
            _at++; // the quote that opens the field, or the second of two
            if (!KeepUntil("\"")) throw Bad(_line, "the quote that opens a field here is never closed");
            _at++;
            if (Peek() != '"') break;
            Keep("\"");
        }
        ReadOnlySpan<char> field = _record.AsSpan(start.._length);
        _line += field.Count('\n') + field.Count('\r') - field.Count("\r\n");
        SkipSpaces();
        if (Peek() is not ('\n' or '\r' or End) and var next && next != _separator)
            throw Bad(_line, "there is text behind the quote that ends a field; a quote inside a field is written twice");
    }

    void SkipSpaces()
    {
        while (Peek() is ' ' or '\t' && Peek() != _separator) _at++;
    }

    /// <summary>Keeps what comes before the next of these characters; false if there is none and all the rest was kept.</summary>
    bool KeepUntil(ReadOnlySpan<char> ends)
    {
        while (Peek() != End)
        {
            var text = _buffer.AsSpan(_at.._filled);
            var end = text.IndexOfAny(ends);
            if (end >= 0) text = text[..end];
            if (text.Contains('\0')) throw Bad("there is a zero byte: this is no text");
            Keep(text);
            _at += text.Length;
            if (end >= 0) return true;
        }
        return false;
    }

    void Keep(ReadOnlySpan<char> text)
    {
        var length = _length + text.Length;
        if (length > _mostCharacters) throw Bad($"the row has more than {_mostCharacters:N0} characters; a quote may not be closed");
        if (length > _record.Length) Array.Resize(ref _record, Math.Max(length, 2 * _record.Length));
        text.CopyTo(_record.AsSpan(_length));
        _length = length;
    }

    /// <summary>The next character; -1 behind the last.</summary>
    int Peek()
    {
        if (_at == _filled) (_at, _filled) = (0, _text.ReadBlock(_buffer));
        return _at < _filled ? _buffer[_at] : End;
    }

    /// <summary>The most frequent of comma, semicolon and tab in the first line that is not blank, outside quotes.</summary>
    static char SeparatorOf(ReadOnlySpan<char> text)
    {
        Span<int> counts = stackalloc int[3];
        ReadOnlySpan<char> separators = [',', ';', '\t'];
        var quoted = false;
        foreach (var character in text.TrimStart("\r\n "))
        {
            quoted ^= character == '"';
            if (quoted) continue;
            if (character is '\n' or '\r') break;
            if (separators.IndexOf(character) is >= 0 and var which) counts[which]++;
        }
        var most = 0;
        for (var which = 1; which < counts.Length; which++)
            if (counts[which] > counts[most]) most = which;
        return separators[most];
    }
}
