using System.Collections.Immutable;
using System.Globalization;

namespace AutoFlip;

/// <summary>The text classification sets of Zhang et al.: <c>train.csv</c> and <c>test.csv</c> with the class, from 1,
/// and then columns of text.</summary>
/// <remarks>A sample is all its columns, one behind the other. Source: Zhang, Zhao and LeCun 2015, arXiv:1509.01626.</remarks>
/// <param name="Name">The catalogue name.</param>
public sealed record CsvTextDataSet(string Name) : TextDataSet(Name)
{
    const string Zhang = "X. Zhang, J. Zhao and Y. LeCun 2015, Character-level convolutional networks for text classification, "
        + "arXiv 1509.01626";
    const int LongestRecord = 1 << 24;
    const string FromAi = "https://s3.amazonaws.com/fast-ai-nlp/";

    static readonly ImmutableArray<string> Stars = ["1 star", "2 stars", "3 stars", "4 stars", "5 stars"];
    static readonly ImmutableArray<string> Opinions = ["negative", "positive"];

    /// <summary>Columns of text.</summary>
    public required int TextColumns { get; init; }

    /// <summary>Articles of AG's corpus by topic.</summary>
    public static CsvTextDataSet AgNews { get; } = Of(
        "AG_NEWS", "news articles by topic", ["World", "Sports", "Business", "Sci/Tech"], 2, 120000, 7600,
        "ag_news_csv", "research and other non-commercial use (as its authors state)") with
    {
        Downloads =
        [
            File("train.csv", 29470338, "76a0a2d2f92b286371fe4d4044640910a04a803fdd2538e0f3f29a5c6f6b672e"),
            File("test.csv", 1857427, "521465c2428ed7f02f8d6db6ffdd4b5447c1c701962353eb2c40d548c3c85699"),
        ],
    };

    /// <summary>Chinese news in Latin letters, by topic.</summary>
    public static CsvTextDataSet SogouNews { get; } = Of("SogouNews", "Chinese news in Pinyin, by topic",
        ["sports", "finance", "entertainment", "automobile", "technology"], 2, 450000, 60000, "sogou_news_csv", "none stated",
        384269937, "6b77fc935561d339b82aa552d7e31ea59eff492a494920579b3ce70604efb5c2");

    /// <summary>Beginnings of Wikipedia's articles by what they are about.</summary>
    public static CsvTextDataSet DBpedia { get; } = Of("DBpedia", "what Wikipedia's articles are about",
        ["Company", "EducationalInstitution", "Artist", "Athlete", "OfficeHolder", "MeanOfTransportation", "Building", "NaturalPlace",
            "Village", "Animal", "Plant", "Album", "Film", "WrittenWork"],
        2, 560000, 70000, "dbpedia_csv", "CC BY-SA 3.0 and GFDL",
        68341743, "42db5221ddedddb673a4cabcc5f3a7d869714c878bcfe4ba94b29d14aa38e417");

    /// <summary>Yelp's reviews, good or bad.</summary>
    public static CsvTextDataSet YelpReviewPolarity { get; } = Of(
        "YelpReviewPolarity", "reviews on Yelp, good or bad", Opinions, 1, 560000, 38000,
        "yelp_review_polarity_csv", "Yelp's dataset agreement (academic use)", 166373201,
        "528f22e286cad085948acbc3bea7e58188416546b0e364d0ae4ca0ce666abe35");

    /// <summary>Yelp's reviews by stars.</summary>
    public static CsvTextDataSet YelpReviewFull { get; } = Of("YelpReviewFull", "reviews on Yelp, by stars", Stars, 1, 650000, 50000,
        "yelp_review_full_csv", "Yelp's dataset agreement (academic use)", 196146755,
        "56006b0a17a370f1e366504b1f2c3e3754e4a3dda17d3e718a885c552869a559");

    /// <summary>Questions with their best answers, by topic.</summary>
    public static CsvTextDataSet YahooAnswers { get; } = Of("YahooAnswers", "questions and best answers by topic",
        ["Society & Culture", "Science & Mathematics", "Health", "Education & Reference", "Computers & Internet", "Sports",
            "Business & Finance", "Entertainment & Music", "Family & Relationships", "Politics & Government"],
        3, 1400000, 60000, "yahoo_answers_csv", "non-commercial research (Yahoo Webscope L6)",
        319476345, "2d4277855faf8b35259009425fa8f7fe1888b5644b47165508942d000f4c96ae");

    /// <summary>Amazon's reviews, good or bad.</summary>
    public static CsvTextDataSet AmazonReviewPolarity { get; } = Of(
        "AmazonReviewPolarity", "reviews on Amazon, good or bad", Opinions, 2, 3600000, 400000,
        "amazon_review_polarity_csv", "none stated", 688339454, "d2a3ee7a214497a5d1b8eaed7c8d7ba2737de00ada3b0ec46243983efa100361");

    /// <summary>Amazon's reviews by stars.</summary>
    public static CsvTextDataSet AmazonReviewFull { get; } = Of(
        "AmazonReviewFull", "reviews on Amazon, by stars", Stars, 2, 3000000, 650000,
        "amazon_review_full_csv", "none stated") with
    { Origin = $"{FromAi}amazon_review_full_csv.tgz (no record of its checksum is known)" };

    /// <inheritdoc/>
    private protected override List<int> Read(DataFolder folder, bool train, ITextSink texts, CancellationToken cancellation) =>
        ReadText(folder.Files[train ? Files[0] : Files[1]], reader =>
        {
            var (labels, classes) = (new List<int>(), Task!.Classes);
            var records = new CsvReader(reader, folder.Files[train ? Files[0] : Files[1]], ',', LongestRecord);
            while (records.Read())
            {
                cancellation.ThrowIfCancellationRequested();
                if (records.Fields != TextColumns + 1)
                    throw records.Bad($"there are {records.Fields} columns instead of {TextColumns + 1}");
                if (!int.TryParse(records[0], NumberStyles.None, CultureInfo.InvariantCulture, out var label)
                    || label < 1 || label > classes)
                    throw records.Bad($"class '{records[0][..Math.Min(records[0].Length, 20)]}' is none of 1 .. {classes}");
                labels.Add(label - 1);
                texts.Add(records.From(1));
            }
            return labels;
        });

    static CsvTextDataSet Of(
        string name, string title, ImmutableArray<string> classes, int columns, int train, int test, string folder, string licence,
        long bytes = 0, string sha256 = "") =>
        new(name)
        {
            Title = title,
            Task = LearningTask.Classification(classes),
            Shape = null,
            TrainSamples = train,
            TestSamples = test,
            TextColumns = columns,
            Files = ["train.csv", "test.csv"],
            SharesFileNames = true,
            Folders = [name, folder],
            Downloads = bytes == 0
                ? []
                : [new DataDownload(new Uri($"{FromAi}{folder}.tgz"), bytes, sha256) { Members = ["train.csv", "test.csv"] }],
            Licence = licence,
            Citation = Zhang,
        };

    static DataDownload File(string name, long bytes, string sha256) =>
        new(new Uri($"https://raw.githubusercontent.com/mhjabreel/CharCnn_Keras/master/data/ag_news_csv/{name}"), bytes, sha256);
}
