using System.Text.Json;

namespace AutoFlip;

/// <summary>Texts of two classes as JSON lines: <c>train.jsonl</c> and <c>test.jsonl</c>, with <c>{"text": "...",
/// "label": 0}</c> for each text.</summary>
/// <remarks>Properties may come in any order, and others are passed over. The label is 0 (negative) or 1 (positive).</remarks>
/// <param name="Name">The catalogue name.</param>
public sealed record JsonTextDataSet(string Name) : TextDataSet(Name)
{
    /// <summary>Reviews of beers, by their opinion of the aroma.</summary>
    public static JsonTextDataSet BeerReviewsA { get; } = Beer("BeerReviewsA", "aroma");

    /// <summary>Reviews of beers, by their opinion of the look.</summary>
    public static JsonTextDataSet BeerReviewsL { get; } = Beer("BeerReviewsL", "look");

    /// <inheritdoc/>
    private protected override List<int> Read(DataFolder folder, bool train, ITextSink texts, CancellationToken cancellation) =>
        folder.Read(Files[train ? 0 : 1], (content, path) =>
        {
            var labels = new List<int>();
            var json = new JsonStream(content, path, severalValues: true);
            while (json.Read())
            {
                cancellation.ThrowIfCancellationRequested();
                json.Part = $"text {labels.Count + 1}";
                labels.Add(ReadOne(ref json, texts));
            }
            return labels;
        });

    /// <summary>Passes on the text of the object that begins here, and returns its class.</summary>
    static int ReadOne(ref JsonStream json, ITextSink texts)
    {
        json.Require(JsonTokenType.StartObject, "an object with 'text' and 'label'");
        var found = false;
        int? label = null;
        while (json.Next() == JsonTokenType.PropertyName)
        {
            switch (json.Text())
            {
                case "text" when !found:
                    json.Next(JsonTokenType.String, "a text");
                    texts.Add(json.Text());
                    found = true;
                    break;
                case "label" when label is null:
                    json.Next();
                    label = json.Whole("a label");
                    if (label is not (0 or 1)) throw json.Bad($"label {label} is neither 0 nor 1");
                    break;
                case "text" or "label": throw json.Bad($"'{json.Text()}' is there twice");
                default: json.Skip(); break;
            }
        }
        if (!found) throw json.Bad("there is no 'text'");
        return label ?? throw json.Bad("there is no 'label'");
    }

    static JsonTextDataSet Beer(string name, string aspect) => new(name)
    {
        Title = $"reviews of beers, by what they say of the {aspect}",
        Task = LearningTask.Classification("negative", "positive"),
        Shape = null,
        TrainSamples = 0,
        TestSamples = 0,
        Files = ["train.jsonl", "test.jsonl"],
        SharesFileNames = true,
        Folders = [name],
        Origin = $"http://people.csail.mit.edu/taolei/beer (reviews with a score of their {aspect}) and make JSON lines of it",
        Remarks = "The authors publish scores, and no classes. "
            + "A line of train.jsonl or test.jsonl is {\"text\": \"...\", \"label\": 0} for a negative review or 1 for a positive one; "
            + "which scores are which is up to whoever makes the files.",
        Licence = "none stated",
        Citation = "J. McAuley, J. Leskovec and D. Jurafsky 2012, Learning attitudes and attributes from multi-aspect reviews, ICDM; "
            + "T. Lei, R. Barzilay and T. Jaakkola 2016, Rationalizing neural predictions, EMNLP",
    };
}
