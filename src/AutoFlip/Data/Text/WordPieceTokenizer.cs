namespace AutoFlip;

/// <summary>Encodes texts as BERT, DistilBERT, SqueezeBERT and MobileBERT read them: [CLS] text [SEP], and of a pair
/// [CLS] A [SEP] B [SEP]. For one thread.</summary>
/// <remarks>Follows the tokenizer of HuggingFace transformers that is written in Python. [UNK], [SEP], [PAD], [CLS] and [MASK] in a text,
/// in capitals, are one token each.</remarks>
sealed class WordPieceTokenizer
{
    readonly WordPieceVocabulary _vocabulary;
    readonly WordPieceWords _words;
    readonly List<int> _ids = [];
    int _limit;

    /// <summary>A tokenizer of a vocabulary.</summary>
    public WordPieceTokenizer(WordPieceVocabulary vocabulary, WordPieceCase style)
    {
        _vocabulary = vocabulary;
        _words = new WordPieceWords(style, (word, characters) =>
        {
            _vocabulary.AppendPieces(word, characters, _ids);
            return _ids.Count < _limit;
        });
    }

    /// <summary>The ids of a text's pieces, without [CLS] and [SEP].</summary>
    /// <param name="text">Any text; what is not valid UTF-16 is dropped.</param>
    /// <param name="limit">Pieces beyond this many are cut off, and not looked for.</param>
    /// <returns>Good until the next text.</returns>
    public List<int> Pieces(ReadOnlySpan<char> text, int limit = int.MaxValue)
    {
        (_limit, var from) = (limit, 0);
        _ids.Clear();
        for (var place = 0; place < text.Length && _ids.Count < limit; place++)
        {
            var next = text[place..].IndexOf('[');
            if (next < 0) break;
            place += next;
            var (sign, id) = SignAt(text[place..]);
            if (sign == 0) continue;
            if (!_words.Split(text[from..place])) break;
            _ids.Add(id);
            from = place + sign;
            place = from - 1;
        }
        if (_ids.Count < limit) _words.Split(text[from..]);
        if (_ids.Count > limit) _ids.RemoveRange(limit, _ids.Count - limit);
        return _ids;
    }

    /// <summary>Encodes a text: [CLS] pieces [SEP]. A text that is too long loses its end.</summary>
    /// <param name="text">The text.</param>
    /// <param name="length">Most ids, at least 2.</param>
    public int[] Encode(ReadOnlySpan<char> text, int length)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(length, 2);
        return [_vocabulary.Classify, .. Pieces(text, length - 2), _vocabulary.Separator];
    }

    /// <summary>Encodes a pair of texts: [CLS] A [SEP] B [SEP]. Of a pair that is too long the longer text loses its last piece, one at
    /// a time, the second where both are of one length.</summary>
    /// <param name="text">The first text.</param>
    /// <param name="pair">The second text.</param>
    /// <param name="length">Most ids, at least 3.</param>
    /// <returns>The ids, and how many of them are the first text with [CLS] and [SEP]: those are of type 0, others of type 1.</returns>
    public (int[] Ids, int First) Encode(ReadOnlySpan<char> text, ReadOnlySpan<char> pair, int length)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(length, 3);
        List<int> first = [.. Pieces(text, length)];
        var second = Pieces(pair, length);
        var (a, b) = (first.Count, second.Count);
        while (a + b > length - 3)
        {
            if (a > b) a--;
            else b--;
        }
        return ([_vocabulary.Classify, .. first[..a], _vocabulary.Separator, .. second[..b], _vocabulary.Separator], a + 2);
    }

    /// <summary>The sign at the start of a text; length 0 if there is none.</summary>
    (int Length, int Id) SignAt(ReadOnlySpan<char> text)
    {
        foreach (var (sign, id) in _vocabulary.Signs)
            if (text.StartsWith(sign, StringComparison.Ordinal)) return (sign.Length, id);
        return (0, 0);
    }
}
