namespace AutoFlip;

/// <summary>Reads separated values record by record, with memory for one record.</summary>
/// <remarks>
/// RFC 4180: fields in double quotes may hold separators, line breaks and doubled quotes. Beyond it: the separator is a comma, a semicolon or a
/// tab, whichever the first line has most of (of none of them: a comma); lines end with LF, CR or both; spaces around fields do not
/// count unless quoted; blank lines are skipped; a byte order mark is too.
/// </remarks>
sealed class CsvReader
{
    /// <summary>Most characters of a record: more is a quote that was never closed, or no text at all.</summary>
    public const int MostCharacters = 1 << 20;

    const int End = -1;

    readonly TextReader _text;
    readonly string _file;
    readonly char _separator;
    readonly char[] _buffer = new char[1 << 16];
    readonly List<(int Start, int End)> _fields = [];
    char[] _record = new char[1 << 10];
    int _at, _filled, _length;
    int _line = 1;

    /// <summary>Starts at the first record.</summary>
    /// <param name="content">The file. Not closed.</param>
    /// <param name="file">Its name, for messages.</param>
    public CsvReader(Stream content, string file)
    {
        _text = new StreamReader(content, leaveOpen: true);
        _file = file;
        _filled = _text.ReadBlock(_buffer);
        _separator = SeparatorOf(_buffer.AsSpan(0, _filled));
    }

    /// <summary>Fields of the record.</summary>
    public int Fields => _fields.Count;

    /// <summary>The line in which the record starts, from 1.</summary>
    public int Line { get; private set; }

    /// <summary>A field of the record, without its quotes. Good until the next record.</summary>
    public ReadOnlySpan<char> this[int field] => _record.AsSpan(_fields[field].Start, _fields[field].End - _fields[field].Start);

    /// <summary>Goes to the next record that is not blank; false behind the last.</summary>
    /// <exception cref="AutoFlipException">The file is no such text (exit 3): the message names file and line.</exception>
    public bool Read()
    {
        do
        {
            if (Peek() == End) return false;
            (_length, Line) = (0, _line);
            _fields.Clear();
            while (ReadField()) { }
        }
        while (Fields == 1 && _fields[0].Start == _fields[0].End);
        return true;
    }

    /// <summary>An error of this record.</summary>
    public AutoFlipException Bad(string why) => Bad(Line, why);

    AutoFlipException Bad(int line, string why) => AutoFlipException.BadData($"'{_file}', line {line}: {why}.");

    /// <summary>Reads one field and what ends it; false if that ends the record too.</summary>
    bool ReadField()
    {
        while (Peek() is ' ' or '\t' && Peek() != _separator) _at++;
        var start = _length;
        int end;
        if (Peek() == '"')
        {
            ReadQuoted();
            end = _length;
            while (Peek() is ' ' or '\t' && Peek() != _separator) _at++;
            if (!EndsField(Peek())) throw Bad(_line, "there is text behind the quote that ends a field; a quote inside a field is written twice");
        }
        else
        {
            while (!EndsField(Peek())) Keep(_buffer[_at++]);
            end = _length;
            while (end > start && _record[end - 1] is ' ' or '\t') end--;
        }
        _fields.Add((start, end));
        if (Peek() == End) return false;
        if (_buffer[_at] != _separator)
        {
            SkipLineBreak();
            return false;
        }
        _at++;
        return true;
    }

    void ReadQuoted()
    {
        var opened = _line;
        for (_at++; ; _at++)
        {
            switch (Peek())
            {
                case End: throw Bad(opened, "the quote that opens a field here is never closed");
                case '\n': _line++; break;
                case '\r': _line += Peek(1) == '\n' ? 0 : 1; break;
                case '"' when Peek(1) != '"': _at++; return;
                case '"': _at++; break;
            }
            Keep(_buffer[_at]);
        }
    }

    void SkipLineBreak()
    {
        var both = Peek() == '\r' && Peek(1) == '\n'; // looking ahead moves what is behind _at
        _at += both ? 2 : 1;
        _line++;
    }

    bool EndsField(int next) => next is '\n' or '\r' or End || next == _separator;

    void Keep(char character)
    {
        if (character == '\0') throw Bad(_line, "there is a zero byte: this is no text");
        if (_length == MostCharacters) throw Bad($"the row has more than {MostCharacters:N0} characters; a quote may not be closed");
        if (_length == _record.Length) Array.Resize(ref _record, 2 * _length);
        _record[_length++] = character;
    }

    /// <summary>The character that many behind the next one; -1 behind the last.</summary>
    int Peek(int ahead = 0)
    {
        if (_at + ahead < _filled) return _buffer[_at + ahead];
        _buffer.AsSpan(_at, _filled - _at).CopyTo(_buffer);
        _filled -= _at;
        _at = 0;
        _filled += _text.ReadBlock(_buffer.AsSpan(_filled));
        return ahead < _filled ? _buffer[ahead] : End;
    }

    /// <summary>What the first line that is not blank has most of, quoted text aside.</summary>
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
