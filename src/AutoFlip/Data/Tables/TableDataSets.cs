using System.Collections.Immutable;
using static AutoFlip.ColumnKind;

namespace AutoFlip;

/// <content>The published tables.</content>
public sealed partial record TableDataSet
{
    const string Uci = "https://archive.ics.uci.edu/ml/machine-learning-databases/";

    static ImmutableArray<string> HeartFiles =>
        ["processed.cleveland.data", "processed.hungarian.data", "processed.switzerland.data", "processed.va.data"];

    /// <summary>Heart disease in patients of four hospitals, which are its owners.</summary>
    public static TableDataSet Heart { get; } = new("Heart")
    {
        Title = "heart disease in patients of four hospitals",
        Task = LearningTask.Classification("absent", "present"),
        Shape = null,
        TrainSamples = 920,
        TestSamples = 0,
        Files = HeartFiles,
        Folders = ["Heart", "heart-disease"],
        Downloads =
        [
            new(new Uri(Uci + "heart-disease/processed.cleveland.data"), 18461,
                "a74b7efa387bc9d108d7d0115d831fe9b414b29ae7124f331b622b4efa0427c8"),
            new(new Uri(Uci + "heart-disease/processed.hungarian.data"), 10263,
                "d1ad108f785768cd3d7e82dc522e6f5a61eea93cccfb3a46ee8076f73fc3d796"),
            new(new Uri(Uci + "heart-disease/processed.switzerland.data"), 4109,
                "834a405ccf5b66ab4056bb77794adc8df0b7125186454c0a1d002d33c6c3b314"),
            new(new Uri(Uci + "heart-disease/processed.va.data"), 6737, "e7c93d8d0d2acdadfa4c5e8de768e2191e7f618b952e29623f1f0d5949ff6b8f"),
        ],
        Remarks = "Owners are the hospitals. There is no test set: evaluate on clients (Experiment.EvaluationScope local).",
        Licence = "CC BY 4.0",
        Citation = "A. Janosi, W. Steinbrunn, M. Pfisterer and R. Detrano 1989, Heart Disease, UCI, doi 10.24432/C52P4X",
        Facts = new(
        [
            new("age", Number), new("sex", Flag), new("cp", Category), new("trestbps", Number), new("chol", Number), new("fbs", Flag),
            new("restecg", Category), new("thalach", Number), new("exang", Flag), new("oldpeak", Number), new("slope", Category),
            new("ca", Number), new("thal", Category), new("num", Target),
        ])
        {
            ClassTexts = [["0"], ["1", "2", "3", "4"]], // 1 .. 4 are degrees of it
            FilesAreOwners = true,
            OwnerNames = HeartFiles.ToImmutableDictionary(file => file, file => file.Split('.')[1]),
        },
    };

    /// <summary>Income above 50,000 dollars a year, by census. Owners are the sixteen levels of education, which
    /// are then not learnt from.</summary>
    public static TableDataSet Adult { get; } = new("Adult")
    {
        Title = "income by census, people with the same education together",
        Task = LearningTask.Classification("<=50K", ">50K"),
        Shape = null,
        TrainSamples = 32561,
        TestSamples = 16281,
        Files = ["adult.data", "adult.test"],
        TestFiles = ["adult.test"],
        Comment = "|",
        Folders = ["Adult"],
        Downloads =
        [
            new(new Uri(Uci + "adult/adult.data"), 3974305, "5b00264637dbfec36bdeaab5676b0b309ff9eb788d63554ca0a249491c86603d"),
            new(new Uri(Uci + "adult/adult.test"), 2003153, "a2a9044bc167a35b2361efbabec64e89d69ce82d9790d2980119aac5fd7e9c05"),
        ],
        Remarks = "Owners are the sixteen levels of education, which are then not learnt from. "
            + "The weight of a row in the census (fnlwgt) is no property of a person, and is not learnt from either.",
        Licence = "CC BY 4.0",
        Citation = "B. Becker and R. Kohavi 1996, Adult, UCI, doi 10.24432/C5XW20",
        Facts = new(
        [
            new("age", Number), new("workclass", Category), new("fnlwgt", Ignored), new("education", Owner), new("education-num", Ignored),
            new("marital-status", Category), new("occupation", Category), new("relationship", Category), new("race", Category),
            new("sex", Category), new("capital-gain", Number), new("capital-loss", Number), new("hours-per-week", Number),
            new("native-country", Category), new("income", Target),
        ])
        {
            ClassTexts = [["<=50K", "<=50K."], [">50K", ">50K."]], // the test file ends them with a full stop
        },
    };

    /// <summary>Kinds of forest. Owners are the four wilderness areas, which are then not learnt from: 50 of 54 columns are left.</summary>
    public static TableDataSet Cover { get; } = new("Cover")
    {
        Title = "kinds of forest in four wilderness areas",
        Task = LearningTask.Classification(
            "spruce/fir", "lodgepole pine", "ponderosa pine", "cottonwood/willow", "aspen", "Douglas fir", "krummholz"),
        Shape = new SampleShape(50, 1, 1),
        TrainSamples = 581012,
        TestSamples = 0,
        Files = ["covtype.data"],
        Folders = ["Cover", "covtype"],
        Downloads =
        [
            new(new Uri(Uci + "covtype/covtype.data.gz"), 11240707,
                "614360d0257557dd1792834a85a1cdebfadc3c4f30b011d56afee7ffb5b15771"),
        ],
        Remarks = "Owners are the wilderness areas; their four columns are not learnt from. There is no test set: "
            + "evaluate on clients (Experiment.EvaluationScope local).",
        Licence = "CC BY 4.0",
        Citation = "J. Blackard 1998, Covertype, UCI, doi 10.24432/C50K5N",
        Facts = new(
        [
            new("elevation", Number), new("aspect", Number), new("slope", Number), new("hydrology-distance", Number),
            new("hydrology-height", Number), new("roads-distance", Number), new("hillshade-9am", Number),
            new("hillshade-noon", Number), new("hillshade-3pm", Number), new("fire-points-distance", Number),
            .. Enumerable.Range(1, 4).Select(area => new ColumnFacts($"wilderness-area-{area}", Owner)),
            .. Enumerable.Range(1, 40).Select(soil => new ColumnFacts($"soil-type-{soil}", Flag)),
            new("cover-type", Target),
        ])
        {
            ClassTexts = [.. Enumerable.Range(1, 7).Select(c => ImmutableArray.Create($"{c}"))],
            OwnerNames = ImmutableDictionary.CreateRange(new Dictionary<string, string>
            {
                ["1 0 0 0"] = "Rawah",
                ["0 1 0 0"] = "Neota",
                ["0 0 1 0"] = "Comanche Peak",
                ["0 0 0 1"] = "Cache la Poudre",
            }),
        },
    };

    /// <summary>Activities of people who wear smart glasses, from the glasses' sensors. Owners are the people.</summary>
    /// <remarks>The reference makes such readings of the recordings too, 14 values each, and sequences of them.</remarks>
    public static TableDataSet Gleam { get; } = new("GLEAM")
    {
        Title = "what 38 people with smart glasses do, by the glasses' sensors",
        Task = LearningTask.Classification("eat", "stairs", "walk", "talk", "drink", "play", "computer", "study"),
        Shape = null,
        TrainSamples = 0,
        TestSamples = 0,
        Files = ["gleam.csv"],
        Folders = ["GLEAM"],
        HasHeader = true,
        Origin = "http://www.skleinberg.org/data/GLEAM.tar.gz and make a table of it",
        Remarks = "The authors publish recordings, one folder per person, and no table. "
            + "gleam.csv has a row for each reading of a sensor, and the columns "
            + "person, sensor, x, y, z, age, gender, glasses, annotator, chair, activity, which its first line names. "
            + "Owners are the people.",
        Licence = "none stated",
        Citation = "S. A. Rahman, C. Merck, Y. Huang and S. Kleinberg 2015, "
            + "Unintrusive eating recognition using Google Glass, PervasiveHealth",
        Facts = new(
        [
            new("person", Owner), new("sensor", Category), new("x", Number), new("y", Number), new("z", Number), new("age", Number),
            new("gender", Category), new("glasses", Category), new("annotator", Category), new("chair", Category), new("activity", Target),
        ])
        {
            ClassTexts =
            [
                ["eat"], ["stair", "stairs"], ["walk"], ["talk"], ["drink"],
                ["play", "play_mobile", "play_game", "play game", "play_cellphone"],
                ["computer", "ipad_work", "computer_work", "computer work"], ["study", "homework", "home_work"],
            ],
        },
    };
}
