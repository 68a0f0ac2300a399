using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace AutoFlip;

/// <summary>Counts words. Takes about 80 bytes and two per letter for each different one.</summary>
sealed class WordCounts : ITextSink
{
    readonly Dictionary<string, long> _counts = new(StringComparer.Ordinal);
    readonly Dictionary<string, long>.AlternateLookup<ReadOnlySpan<char>> _bySpan;
    char[] _lower = [];

    /// <summary>Starts without words.</summary>
    public WordCounts() => _bySpan = _counts.GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>Every word with its count, in no particular order.</summary>
    public IReadOnlyDictionary<string, long> Counts => _counts;

    /// <summary>Counts a text's words.</summary>
    public void Add(ReadOnlySpan<char> text)
    {
        var words = new Words(Words.Lower(text, ref _lower));
        while (words.MoveNext()) AddWord(words.Current);
    }

    /// <summary>Counts a word as it is.</summary>
    public void AddWord(ReadOnlySpan<char> word) =>
        CollectionsMarshal.GetValueRefOrAddDefault(_bySpan, word, out _)++;
}

/// <summary>The words of a text model, and their ids.</summary>
/// <remarks>Id 0 is padding and 1 any other word; from 2 on the most frequent words, the most frequent first, equally
/// frequent ones in ordinal order.</remarks>
sealed class Vocabulary
{
    /// <summary>The id that pads a sample.</summary>
    public const int Padding = 0;

    /// <summary>Any word that is not known.</summary>
    public const int Unknown = 1;

    readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _ids;

    /// <summary>The vocabulary of a list of words.</summary>
    /// <param name="words">By id; of a word that is there twice, the last place counts.</param>
    public Vocabulary(ImmutableArray<string> words)
    {
        Words = words;
        var ids = new Dictionary<string, int>(words.Length, StringComparer.Ordinal);
        for (var id = 0; id < words.Length; id++) ids[words[id]] = id;
        _ids = ids.GetAlternateLookup<ReadOnlySpan<char>>();
    }

    /// <summary>The words by id; the first two, <c>&lt;PAD&gt;</c> and <c>&lt;UNK&gt;</c>, are signs.</summary>
    public ImmutableArray<string> Words { get; }

    /// <summary>Number of ids.</summary>
    public int Size => Words.Length;

    /// <summary>The id of a word.</summary>
    public int this[ReadOnlySpan<char> word] => _ids.TryGetValue(word, out var id) ? id : Unknown;

    /// <summary>The vocabulary of the most frequent words.</summary>
    /// <param name="counts">All words of the training texts.</param>
    /// <param name="size">Most ids, the two special ones included; there are fewer if there are fewer words.</param>
    /// <exception cref="AutoFlipException">There is no room for a word (exit 2).</exception>
    public static Vocabulary Of(WordCounts counts, int size)
    {
        if (size < 3)
            throw AutoFlipException.BadRequest(ExperimentOptions.Of(nameof(Experiment.EmbeddingCount)).Refusal(
                size, "at least 3, for padding, unknown words and one word"));
        return new(
        [
            "<PAD>", "<UNK>",
            .. counts.Counts.Where(word => word.Key is not ("<PAD>" or "<UNK>"))
                .OrderByDescending(word => word.Value).ThenBy(word => word.Key, StringComparer.Ordinal)
                .Take(size - 2).Select(word => word.Key),
        ]);
    }
}

/// <summary>Encodes texts as the ids of their words. For one thread.</summary>
/// <param name="vocabulary">Says which ids.</param>
/// <param name="length">Words beyond this many are cut off.</param>
sealed class WordEncoder(Vocabulary vocabulary, int length)
{
    int[] _ids = [];
    char[] _lower = [];

    /// <summary>A text's ids; good until the next text.</summary>
    public ReadOnlySpan<int> Encode(ReadOnlySpan<char> text)
    {
        var words = new Words(Words.Lower(text, ref _lower));
        var count = 0;
        for (; count < length && words.MoveNext(); count++)
        {
            if (count == _ids.Length) Array.Resize(ref _ids, Math.Max(64, 2 * count));
            _ids[count] = vocabulary[words.Current];
        }
        return _ids.AsSpan(0, count);
    }
}
