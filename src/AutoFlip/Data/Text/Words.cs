namespace AutoFlip;

/// <summary>Cuts a text into words, the same way for every set of texts and on every machine.</summary>
/// <remarks>
/// Letters are made small, whatever the culture. White space, <c>" ; :</c>, the line break <c>&lt;br /&gt;</c> and a backslash, together
/// with an n behind it (an escaped new line), separate words and are gone. Each of <c>. , ( ) ! ? '</c> is a word of its own. What is left
/// between them are words, digits and other signs included: "Don't (e-mail) me!" has don, ', t, (, e-mail, ), me, !.
/// <para>After torchtext's basic_english, which lacks only the backslash and drops a quotation mark without separating.</para>
/// </remarks>
/// <param name="text">In small letters: see <see cref="Lower"/>.</param>
ref struct Words(ReadOnlySpan<char> text)
{
    const byte Letter = 0, Mark = 1, Space = 2, Look = 3; // kinds of letters; the last one is decided by what is behind it

    static readonly byte[] Kinds = [.. Enumerable.Range(0, char.MaxValue + 1).Select(letter => KindOf((char)letter))];

    ReadOnlySpan<char> _rest = text;

    /// <summary>The word here.</summary>
    public ReadOnlySpan<char> Current { get; private set; }

    /// <summary>Advances to the next word.</summary>
    public bool MoveNext()
    {
        while (_rest.Length > 0)
        {
            if (Separator(_rest) is > 0 and var gone) _rest = _rest[gone..];
            else return Take(Kinds[_rest[0]] == Mark ? 1 : WordLength());
        }
        return false;
    }

    /// <summary>A text in small letters.</summary>
    /// <param name="text">Any text.</param>
    /// <param name="buffer">Holds the result; replaced if it is too short.</param>
    public static ReadOnlySpan<char> Lower(ReadOnlySpan<char> text, ref char[] buffer)
    {
        if (buffer.Length < text.Length) buffer = new char[Math.Max(text.Length, 2 * buffer.Length)];
        return buffer.AsSpan(0, text.ToLowerInvariant(buffer));
    }

    bool Take(int length)
    {
        Current = _rest[..length];
        _rest = _rest[length..];
        return true;
    }

    readonly int WordLength()
    {
        var length = 1;
        while (length < _rest.Length && Kinds[_rest[length]] is var kind
            && (kind == Letter || (kind == Look && Separator(_rest[length..]) == 0)))
            length++;
        return length;
    }

    /// <summary>Length of the word separator at the start of a text, in letters; 0 if a word starts there.</summary>
    static int Separator(ReadOnlySpan<char> rest) => Kinds[rest[0]] switch
    {
        Space => 1,
        Look when rest[0] == '\\' => rest.Length > 1 && rest[1] == 'n' ? 2 : 1,
        Look => rest.StartsWith("<br>") ? 4 : rest.StartsWith("<br/>") ? 5 : rest.StartsWith("<br />") ? 6 : 0,
        _ => 0,
    };

    static byte KindOf(char letter) => letter switch
    {
        '.' or ',' or '(' or ')' or '!' or '?' or '\'' => Mark,
        '"' or ';' or ':' => Space,
        '\\' or '<' => Look,
        _ => char.IsWhiteSpace(letter) || char.IsControl(letter) ? Space : Letter,
    };
}
