using System.Text;

namespace AutoFlip.Tests;

/// <summary>A client's data that do not fit the data contract are refused in one sentence that names what does not.</summary>
public sealed class OwnClientDataFaultTests : IDisposable
{
    readonly TemporaryFolder _folder = new();

    static readonly DataContract Images = new()
    {
        Task = LearningTask.Classification("ant", "bee"),
        Recipe = ImageRecipe.Of(new(3, 8, 8), new()),
    };

    static readonly DataContract Texts = Images with { Recipe = new WordRecipe(["<PAD>", "<UNK>", "a"], 4) };

    static readonly DataContract Table = Images with
    {
        Recipe = new TableRecipe(
        [
            new("size", ColumnKind.Number, [], false), new("town", ColumnKind.Category, ["Bern", "Rome"], false),
            new("day", ColumnKind.Date, [], false) { DateStyle = "ISO 8601" }, new("member", ColumnKind.Flag, [], false),
        ]),
        Columns = new("kind"),
    };

    static readonly DataContract Price = Table with { Task = LearningTask.Regression, Columns = new("price") };

    const string Head = "size,town,day,member,kind\n", Row = "1.5,Bern,2024-01-01,1,ant\n";

    public void Dispose() => _folder.Dispose();

    string Refusal(DataContract contract, ClientSource source, ExitCode code = ExitCode.BadData, int client = 0)
    {
        var experiment = new Experiment { Clients = 3 };
        var error = Assert.Throws<AutoFlipException>(() => ClientData.Own(
            experiment, contract, source with
            {
                Data = source.Data.Replace(":", $":{_folder.Path}/", StringComparison.Ordinal),
                HoldOut = source.HoldOut?.Replace(":", $":{_folder.Path}/", StringComparison.Ordinal),
            }, client, new() { Offline = true }, ILoadObserver.None, default));
        Assert.Equal(code, error.Code);
        Assert.DoesNotContain('\n', error.Message);
        Assert.EndsWith(error.Message.EndsWith('?') ? "?" : ".", error.Message, StringComparison.Ordinal);
        return error.Message.Replace(_folder.Path + "/", "", StringComparison.Ordinal);
    }

    string OfTable(string csv, DataContract? contract = null)
    {
        _folder.Write("t.csv", Encoding.UTF8.GetBytes(csv));
        return Refusal(contract ?? Table, new("csv:t.csv"));
    }

    [Theory]
    [InlineData("size,town,day,kind\n1,Bern,2024-01-01,ant\n", "'t.csv' is not usable: it has no column 'member', which it needs under the "
        + "data contract. Its columns are size, town, day, kind.")]
    [InlineData("size,twon,day,member,kind\n1,Bern,2024-01-01,1,ant\n", "Its columns are size, twon, day, member, kind. Did you mean "
        + "'twon'?")]
    [InlineData("size,town,day,member,label\n1,Bern,2024-01-01,1,ant\n", "it has no column 'kind', which it needs")]
    [InlineData(Head, "'t.csv' is not usable: it has no rows.")]
    [InlineData(Head + Row + "1,Oslo,2024-01-01,1,ant\n", "'t.csv', line 3: 'Oslo' in column 'town' is none of its categories in the data "
        + "contract: Bern, Rome.")]
    [InlineData(Head + Row + "large,Bern,2024-01-01,1,ant\n", "'t.csv', line 3: 'large' in column 'size' is no number.")]
    [InlineData(Head + "\"1,5\",Bern,2024-01-01,1,ant\n", "'t.csv', line 2: '1,5' in column 'size' is no number.")]
    [InlineData(Head + "1,Bern,01/02/2024,1,ant\n", "'t.csv', line 2: '01/02/2024' in column 'day' is no date (ISO 8601).")]
    [InlineData(Head + "1,Bern,2024-01-01,2,ant\n", "'t.csv', line 2: '2' in column 'member' is neither 0 nor 1.")]
    [InlineData(Head + "1,Bern,2024-01-01,1,wasp\n", "'t.csv', line 2: 'wasp' in the target 'kind' is none of its classes: ant, bee.")]
    [InlineData(Head + "1,Bern,2024-01-01,1,\n", "'t.csv', line 2: the target 'kind' is missing.")]
    public void Tables_are_refused_by_file_line_and_column(string csv, string reason) =>
        Assert.Contains(reason, OfTable(csv), StringComparison.Ordinal);

    [Fact]
    public void Numbers_to_be_learnt_are_numbers() => Assert.Equal(
        "'t.csv', line 2: 'cheap' in the target 'price' is no number.",
        OfTable("size,town,day,member,price\n1,Bern,2024-01-01,1,cheap\n", Price));

    [Theory]
    [InlineData("own/wasp/1.png", "'own/wasp' is not usable: the data contract has no class 'wasp'. Its classes are ant, bee.")]
    [InlineData("own/bees/1.png", "the data contract has no class 'bees'. Its classes are ant, bee. Did you mean 'bee'?")]
    [InlineData("own/train/ant/1.png", "the data contract has no class 'train'")]
    [InlineData("own/1.png", "'own' is not usable: it has no folder of a class. The classes of the data contract are ant, bee.")]
    [InlineData("own/ant/1.txt", "this class has no image that can be read, only 1 .txt.")]
    [InlineData("own/ant/1.png", "'own/ant/1.png' is not usable")]
    [InlineData("elsewhere/1.png", "folder:own: there is no such folder.")]
    public void Folders_are_refused_by_class_and_file(string file, string reason)
    {
        _folder.Write(file, "no image"u8.ToArray());

        Assert.Contains(reason, Refusal(Images, new("folder:own")), StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_of_images_is_no_folder_of_texts()
    {
        _folder.Write("own/ant/1.png", SmallImages.Png(8, 8, 1, 2, 3));

        Assert.Contains(
            "this class has no text that can be read, only 1 .png.", Refusal(Texts, new("folder:own")), StringComparison.Ordinal);
        Assert.Contains("and the data contract asks for rows of a table", Refusal(Table, new("folder:own")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("../elsewhere")]
    [InlineData("/etc")]
    [InlineData("x/../../elsewhere")]
    [InlineData("..\\elsewhere")]
    public void A_contract_from_elsewhere_reads_no_folder_outside_the_clients(string name)
    {
        _folder.Write("own/ant/1.png", SmallImages.Png(8, 8, 1, 2, 3));
        _folder.Write("elsewhere/1.png", SmallImages.Png(8, 8, 1, 2, 3));

        Assert.Equal(
            $"'own' is not usable: '{name}' is a class of the data contract, and no folder can have that name.",
            Refusal(Images with { Task = LearningTask.Classification("ant", name) }, new("folder:own")));
    }

    [Fact]
    public void Tables_do_not_fit_contracts_of_images_and_texts()
    {
        _folder.Write("t.csv", Encoding.UTF8.GetBytes("review,kind\na b,ant\n"));

        Assert.Equal(
            "csv:t.csv: the data contract asks for texts and names no column of a table. Name the column of texts.",
            Refusal(Texts, new("csv:t.csv"), ExitCode.BadRequest));
        Assert.Contains("Experiment.Target: name a column", Refusal(Texts, new("csv:t.csv") { Input = "review" }, ExitCode.BadRequest),
            StringComparison.Ordinal);
        Assert.Contains("it has no column 'words'", Refusal(
            Texts with { Columns = new("kind", "words") }, new("csv:t.csv")), StringComparison.Ordinal);
        Assert.Contains("it asks for images, and these are rows of a table", Refusal(
            Images with { Columns = new("kind", "picture") }, new("csv:t.csv")), StringComparison.Ordinal);
    }

    [Fact]
    public void A_class_of_a_Parquet_file_that_the_contract_lacks_is_named()
    {
        _folder.Write("t.parquet", SmallParquet.Bytes(
            new(), 9, SmallParquet.Features(("kind", SmallParquet.ClassLabel("ant", "wasp"))), ("size", new[] { 1.5 }),
            ("town", new[] { "Bern" }), ("day", new[] { new DateTime(2024, 1, 1) }), ("member", new[] { true }),
            ("kind", new long[] { 0 })));

        Assert.StartsWith(
            "'t.parquet' is not usable: the data contract has no class 'wasp', which is one of the column 'kind'.",
            Refusal(Table, new("parquet:t.parquet")), StringComparison.Ordinal);
    }

    [Fact]
    public void Held_out_data_are_refused_as_well()
    {
        _folder.Write("t.csv", Encoding.UTF8.GetBytes(Head + Row));
        _folder.Write("held.csv", Encoding.UTF8.GetBytes(Head + Row.Replace("Bern", "Oslo", StringComparison.Ordinal)));

        Assert.Contains(
            "'held.csv', line 2: 'Oslo'", Refusal(Table, new("csv:t.csv") { HoldOut = "csv:held.csv" }), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Digits", null)]
    [InlineData("Digits", "ann")]
    [InlineData("FEMNIST", null)]
    public void Public_sets_are_no_data_of_a_client(string name, string? user) => Assert.Equal(
        $"'{name}' is not accepted as the data of a client. Accepted: folder:PATH, csv:FILE, parquet:PATH, or the name of a LEAF set and a "
        + "user of it.",
        Refusal(Images, new(name, user), ExitCode.BadRequest));

    [Fact]
    public void Other_descriptions_are_refused()
    {
        Directory.CreateDirectory(_folder["rows"]);

        Assert.StartsWith("Client 3: a number from 0 to 2 is expected.", Refusal(Images, new("folder:own"), ExitCode.BadRequest, client: 3),
            StringComparison.Ordinal);
        Assert.Contains(
            "there is no kind of data set 'zip'", Refusal(Images, new("zip:own"), ExitCode.BadRequest), StringComparison.Ordinal);
        Assert.Contains("the path of a file is expected", Refusal(Table, new("csv:rows"), ExitCode.BadRequest), StringComparison.Ordinal);
        Assert.Contains("has no users", Refusal(Table, new("csv:t.csv", "ann"), ExitCode.BadRequest), StringComparison.Ordinal);
    }

    [Fact]
    public void Missing_numbers_without_a_flag_are_the_mean_and_warned_of()
    {
        _folder.Write("t.csv", Encoding.UTF8.GetBytes(
            Head + "1,Bern,2024-01-01,1,ant\n,Bern,2024-01-01,,bee\n3,Rome,2024-01-01,0,ant\n"));
        var observer = new Warnings();

        var own = ClientData.Own(
            new() { TestFraction = 0 }, Table, new($"csv:{_folder["t.csv"]}"), 0, new() { Offline = true }, observer, default);

        // size: mean 2 of 1 and 3, deviation 1; town: Bern, Rome; day: one value, so 0; member
        Assert.Equal([0, 1, 0, 0, 0], own.Inner.ShareOf(0).Train.Row(1));
        Assert.Equal([-1, 1, 0, 0, 1], own.Inner.ShareOf(0).Train.Row(0));
        Assert.Equal(
            $"Values are missing in '{_folder["t.csv"]}', and the data contract has no flag for that in these columns: 'size', 'member'. "
            + "A missing number becomes the client's mean, a missing flag 0.",
            Assert.Single(observer.Texts));
        Assert.Throws<ArgumentOutOfRangeException>(() => own.TrainSamples(1));
    }

    [Fact]
    public void A_client_of_one_sample_trains_on_it_and_holds_out_none()
    {
        _folder.Write("own/bee/1.png", SmallImages.Png(8, 8, 1, 2, 3));

        var own = ClientData.Own(
            new(), Images, new($"folder:{_folder["own"]}"), 2, new() { Offline = true }, ILoadObserver.None, default);

        Assert.Equal((1, 0), (own.TrainSamples(2), own.HeldOutSamples(2)));
        Assert.Equal([1], own.Inner.ShareOf(2).Train.Labels);
    }

    sealed class Warnings : RunObserver
    {
        public List<string> Texts { get; } = [];

        public override void Warning(string message) => Texts.Add(message);
    }
}
