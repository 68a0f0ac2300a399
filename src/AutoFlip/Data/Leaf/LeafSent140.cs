using System.Text.Json;

namespace AutoFlip;

/// <summary>Sent140: whether a tweet is a good or a bad mood, by who wrote it.</summary>
/// <remarks>x are five texts: number, date, query, user and the tweet itself, which alone is used. y is 1 for good (as is 4, Sentiment140's
/// own sign) and 0 for bad. Words and vocabulary are as in every set of texts.</remarks>
public sealed record LeafSent140() : LeafDataSet("Sent140")
{
    /// <summary>The set.</summary>
    public static LeafSent140 Instance { get; } = new()
    {
        Title = "the mood of tweets by author (LEAF)",
        Task = LearningTask.Classification("negative", "positive"),
        Shape = null,
        Users = 660120,
        TrainSamples = 1600498,
        TestSamples = 0,
        Files = BothParts,
        SharesFileNames = true,
        Folders = FoldersOf("Sent140", "sent140"),
        Origin = "https://github.com/TalwalkarLab/leaf (data/sent140/preprocess.sh makes data/sent140/data)",
        Licence = "none stated (Sentiment140)",
        Citation = Caldas,
    };

    private protected override LoadedData Decode(Experiment experiment, LeafFolder files)
    {
        var texts = new TextSamples(TextSamples.RecipeOf(experiment, Contract, counts => files.ReadTrain(new Decoder(counts))));
        var decoder = new Decoder(texts);
        var rows = files.Read(decoder);
        return rows.With(texts.With(Targets.Classes(rows.Sorted(decoder.Labels)), rows.Order), Task!);
    }

    sealed class Decoder(ITextSink texts) : LeafDecoder
    {
        const int Fields = 5;

        public List<int> Labels { get; } = [];

        public override int Rows => Labels.Count;

        public override void X(ref JsonStream json)
        {
            json.Require(JsonTokenType.StartArray, "a tweet, a list of texts,");
            var count = 0;
            for (; json.Next() != JsonTokenType.EndArray; count++)
            {
                json.Require(JsonTokenType.String, "a text");
                if (count == Fields - 1) texts.Add(json.Text());
            }
            if (count != Fields) throw json.Bad($"a tweet has {count} fields instead of {Fields} (number, date, query, user, text)");
        }

        public override void Y(ref JsonStream json)
        {
            var mood = json.Whole("a mood");
            if (mood is not (0 or 1 or 4)) throw json.Bad($"mood {mood} is none of 0, 1 and 4");
            Labels.Add(mood == 0 ? 0 : 1);
        }
    }
}
