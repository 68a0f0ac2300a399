using System.Text.Json;

namespace AutoFlip;

/// <summary>The tokens of a JSON text of any length, read through one buffer.</summary>
/// <remarks>Memory is the buffer, which only a single value longer than it can make grow, up to 16 MB. Whatever is wrong with the text,
/// with its syntax, its UTF-8 or a value, is one sentence with file, place and reason (exit 3).</remarks>
/// <param name="stream">UTF-8, with or without a byte order mark.</param>
/// <param name="path">Its name for messages.</param>
/// <param name="severalValues">Whether values may follow one another, as in JSON lines; otherwise there is one.</param>
ref struct JsonStream(Stream stream, string path, bool severalValues = false)
{
    const int LargestValue = 1 << 24;

    byte[] _buffer = new byte[1 << 16];
    char[] _chars = new char[256];
    int _filled;
    long _before; // bytes of the text that have left the buffer
    bool _ended, _started;
    Utf8JsonReader _json;

    /// <summary>The current token.</summary>
    public readonly JsonTokenType Type => _json.TokenType;

    /// <summary>Name of the current value, for messages; empty at first.</summary>
    public string Part { get; set; } = "";

    /// <summary>Advances to the next token; false at the end of the text.</summary>
    public bool Read()
    {
        try
        {
            while (!_started || !_json.Read())
            {
                if (_ended) return false;
                Refill();
            }
            return true;
        }
        catch (JsonException e)
        {
            throw Bad($"it is not whole, valid JSON ({Reason(e)})", e);
        }
    }

    /// <summary>Advances to the next token, which must exist.</summary>
    public JsonTokenType Next() => Read() ? Type : throw Bad("it ends too early");

    /// <summary>Advances to the next token, which must be of this type.</summary>
    public void Next(JsonTokenType type, string what)
    {
        Next();
        Require(type, what);
    }

    /// <summary>The reader must stand on a token of this type.</summary>
    public readonly void Require(JsonTokenType type, string what)
    {
        if (Type != type) throw Bad($"{what} is expected, not {Named(Type)}");
    }

    /// <summary>Passes over the value that begins here, or that the property name here has.</summary>
    public void Skip()
    {
        if (Type == JsonTokenType.PropertyName) Next();
        if (Type is not (JsonTokenType.StartArray or JsonTokenType.StartObject)) return;
        var depth = _json.CurrentDepth;
        do Next();
        while (_json.CurrentDepth > depth);
    }

    /// <summary>The text of the string or property name here; good until the next one is asked for.</summary>
    public ReadOnlySpan<char> Text()
    {
        // never fewer bytes than chars
        if (_chars.Length < _json.ValueSpan.Length) _chars = new char[Math.Max(_json.ValueSpan.Length, 2 * _chars.Length)];
        try
        {
            return _chars.AsSpan(0, _json.CopyString(_chars));
        }
        catch (InvalidOperationException e)
        {
            throw Bad("a text is not valid UTF-8", e);
        }
    }

    /// <summary>The number here.</summary>
    public readonly double Number(string what)
    {
        Require(JsonTokenType.Number, what);
        return _json.TryGetDouble(out var number) && double.IsFinite(number) ? number : throw Bad($"{what} is out of range");
    }

    /// <summary>The whole number here, which may be written as 1.0 too.</summary>
    public readonly int Whole(string what)
    {
        var number = Number(what);
        return number == (int)number ? (int)number : throw Bad(FormattableString.Invariant($"{what} must be a whole number, not {number}"));
    }

    /// <summary>The failure of a file that is not what it should be.</summary>
    public readonly AutoFlipException Bad(string why, Exception? inner = null) =>
        AutoFlipException.BadFile(path, $"{(Part.Length > 0 ? $"{Part}: " : "")}{why} (byte {_before + _json.TokenStartIndex})", inner);

    static string Reason(JsonException e) => e.Message.Split(". LineNumber", 2)[0].TrimEnd('.');

    static string Named(JsonTokenType type) => type switch
    {
        JsonTokenType.StartArray => "a list",
        JsonTokenType.EndArray => "the end of a list",
        JsonTokenType.StartObject => "an object",
        JsonTokenType.EndObject => "the end of an object",
        JsonTokenType.Number => "a number",
        JsonTokenType.String => "a text",
        _ => "true, false or null",
    };

    void Refill()
    {
        var consumed = _started ? (int)_json.BytesConsumed : 0;
        var left = _filled - consumed;
        if (left == _buffer.Length)
        {
            if (left >= LargestValue) throw Bad($"a single value is longer than {LargestValue} bytes");
            Array.Resize(ref _buffer, 2 * left);
        }
        else
        {
            _buffer.AsSpan(consumed, left).CopyTo(_buffer);
        }
        var state = _started ? _json.CurrentState : new JsonReaderState(new JsonReaderOptions { AllowMultipleValues = severalValues });
        _before += consumed;
        var got = stream.ReadAtLeast(_buffer.AsSpan(left), _buffer.Length - left, throwOnEndOfStream: false);
        _filled = left + got;
        _ended = _filled < _buffer.Length;
        var content = _buffer.AsSpan(0, _filled);
        if (!_started && content.StartsWith("\uFEFF"u8))
        {
            content[3..].CopyTo(content);
            _filled -= 3;
            _before = 3;
        }
        _started = true;
        _json = new Utf8JsonReader(_buffer.AsSpan(0, _filled), _ended, state);
    }
}
