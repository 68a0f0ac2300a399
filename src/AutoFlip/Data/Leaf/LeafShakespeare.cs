using System.Collections.Immutable;
using System.Text;
using System.Text.Json;

namespace AutoFlip;

/// <summary>Shakespeare: the next character of a speaker's lines, from the 80 before it.</summary>
/// <remarks>x are 80 characters, y is one. Ids and classes are their places among LEAF's 80 characters. Any other character is 79, the
/// place of the last one: there LEAF's own scripts put a y that they do not find.</remarks>
public sealed record LeafShakespeare() : LeafDataSet("Shakespeare")
{
    /// <summary>LEAF's characters, in its order.</summary>
    public const string Alphabet = "\n !\"&'(),-.0123456789:;>?ABCDEFGHIJKLMNOPQRSTUVWXYZ[]abcdefghijklmnopqrstuvwxyz}";

    const int Steps = 80;

    /// <summary>The set.</summary>
    public static LeafShakespeare Instance { get; } = new()
    {
        Title = "the next character of a speaker's words (LEAF)",
        Task = LearningTask.Classification([.. Alphabet.Select(letter =>
            letter switch { '\n' => "new line", ' ' => "space", _ => $"{letter}" })]),
        Shape = new SampleShape(Steps, 1, 1),
        Users = 1129,
        TrainSamples = 4226158,
        TestSamples = 0,
        Files = BothParts,
        SharesFileNames = true,
        Folders = FoldersOf("Shakespeare", "shakespeare"),
        Origin = "https://github.com/TalwalkarLab/leaf (data/shakespeare/preprocess.sh makes data/shakespeare/data)",
        Licence = "public domain",
        Citation = Caldas,
    };

    static CharacterRecipe Recipe { get; } = new(Alphabet, Steps);

    /// <summary>The id of a character.</summary>
    internal static int IdOf(Rune letter) => Recipe.IdOf(letter);

    private protected override LoadedData Decode(Experiment experiment, LeafFolder files)
    {
        var decoder = new Decoder();
        var rows = files.Read(decoder);
        var targets = Targets.Classes(rows.Sorted(decoder.Labels));
        return rows.With(new TokenSet(decoder.Windows, Steps, targets, rows.Order) { Text = Recipe }, Task!);
    }

    sealed class Decoder : LeafDecoder
    {
        static readonly ImmutableArray<int> Ids = [.. Enumerable.Range(0, 128).Select(letter => IdOf(new Rune(letter)))];

        readonly int[] _window = new int[Steps], _next = new int[1];

        public SequenceStore Windows { get; } = new(Alphabet.Length);

        public List<int> Labels { get; } = [];

        public override int Rows => Windows.Count;

        public override void X(ref JsonStream json)
        {
            Read(ref json, _window, "a text of 80 characters");
            Windows.Add(_window);
        }

        public override void Y(ref JsonStream json)
        {
            Read(ref json, _next, "a text of one character");
            Labels.Add(_next[0]);
        }

        static void Read(ref JsonStream json, int[] ids, string what)
        {
            json.Require(JsonTokenType.String, what);
            var count = 0;
            foreach (var letter in json.Text().EnumerateRunes())
            {
                if (count < ids.Length) ids[count] = letter.IsAscii ? Ids[letter.Value] : IdOf(letter);
                count++;
            }
            if (count != ids.Length) throw json.Bad($"{what} is expected, and not of {count}");
        }
    }
}
