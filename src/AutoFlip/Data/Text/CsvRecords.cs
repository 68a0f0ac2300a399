namespace AutoFlip;

/// <summary>Records of comma-separated values (RFC 4180), one at a time: fields may be quoted, with quotes doubled and line ends inside.</summary>
/// <remarks>Memory is the longest record, at most 16 million characters. Empty lines are no records.</remarks>
/// <param name="reader">The text.</param>
/// <param name="path">Its name for messages.</param>
sealed class CsvRecords(TextReader reader, string path)
{
    const int LongestRecord = 1 << 24;

    readonly char[] _read = new char[1 << 16];
    readonly List<int> _ends = []; // of fields in _record; behind each is one line end
    char[] _record = new char[1 << 10];
    int _at, _got, _length;
    bool _ended;
    long _line = 1;

    /// <summary>The line, from 1, on which the record begins.</summary>
    public long Line { get; private set; }

    /// <summary>Fields of the record.</summary>
    public int Count => _ends.Count;

    /// <summary>A field of the record, good until the next one is read.</summary>
    public ReadOnlySpan<char> this[int field] => _record.AsSpan(Start(field).._ends[field]);

    /// <summary>All fields from one on, as lines.</summary>
    public ReadOnlySpan<char> From(int field) => _record.AsSpan(Start(field).._ends[^1]);

    /// <summary>Goes on to the next record; false at the end.</summary>
    /// <exception cref="AutoFlipException">A quote is not closed, or something stands behind a closing one (exit 3).</exception>
    public bool Read()
    {
        while (Peek() is '\r' or '\n') Take();
        _ends.Clear();
        _length = 0;
        Line = _line;
        if (Peek() < 0) return false;
        while (true)
        {
            Field();
            _ends.Add(_length);
            Append("\n");
            if (Peek() != ',') break;
            Take();
        }
        if (Peek() == '\r') Take();
        if (Peek() == '\n') Take();
        return true;
    }

    /// <summary>The failure of a file that is not what it should be.</summary>
    public AutoFlipException Bad(string why) => AutoFlipException.BadData($"'{path}' is not usable: {why} (line {Line}).");

    int Start(int field) => field == 0 ? 0 : _ends[field - 1] + 1;

    void Field()
    {
        if (Peek() != '"')
        {
            while (Peek() is not (',' or '\r' or '\n' or < 0)) Append([(char)Take()]);
            return;
        }
        Take();
        while (true)
        {
            if (Peek() < 0) throw Bad("a quote is opened and not closed");
            var rest = _read.AsSpan(_at, _got - _at);
            var text = rest[..(rest.IndexOf('"') is >= 0 and var quote ? quote : rest.Length)];
            Append(text);
            _line += text.Count('\n');
            _at += text.Length;
            if (text.Length == rest.Length) continue;
            Take();
            if (Peek() != '"') break;
            Append([(char)Take()]);
        }
        if (Peek() is not (',' or '\r' or '\n' or < 0)) throw Bad("there is something between a closing quote and the next comma");
    }

    void Append(ReadOnlySpan<char> text)
    {
        var length = _length + text.Length;
        if (length > LongestRecord) throw Bad($"a record is longer than {LongestRecord} characters; is a quote not closed?");
        if (length > _record.Length) Array.Resize(ref _record, Math.Max(length, 2 * _record.Length));
        text.CopyTo(_record.AsSpan(_length));
        _length = length;
    }

    int Peek()
    {
        if (_at < _got) return _read[_at];
        if (_ended) return -1;
        (_at, _got) = (0, reader.Read(_read));
        _ended = _got == 0;
        return _ended ? -1 : _read[0];
    }

    int Take()
    {
        var letter = Peek();
        if (letter >= 0) _at++;
        if (letter == '\n') _line++;
        return letter;
    }
}
