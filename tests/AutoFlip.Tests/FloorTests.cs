using AutoFlip.Rooms;

namespace AutoFlip.Tests;

/// <summary>The folders of a project are rooms on floors: a type is used in its own room and on the floors above.</summary>
[Trait("speed", "slow")] // compiles the sources
public class FloorTests
{
    // Ground floor first. Rooms on one floor do not use each other: nothing of a client names anything of the server.
    static readonly Dictionary<string, Project> Projects = new Project[]
    {
        new(
            "src/AutoFlip",
            [
                ["Kernels", "Native"],
                ["Base"],
                ["Experiment", "Tensors"],
                ["Networks"],
                ["Data", "Masks", "Models"],
                ["Messages"],
                ["Training", "Wire"],
                ["Pruning", "Rounds"],
                ["Algorithms"],
                ["Client", "Server"],
                ["RunFiles", "Transport"],
                ["Composition"],
                ["Records"],
                ["Experiments", "Export"],
            ],
            LargestCircle: 11, // Networks: a layer, its drafts and its ONNX form
            LeastUses: 5_000),
        new(
            "src/AutoFlip.Reports",
            [
                ["Text"],
                ["Charts"],
                ["Pages", "Plots"],
                ["Tables"],
            ],
            LargestCircle: 3, // Pages: a file of pages of runs
            LeastUses: 500),
        new(
            "src/AutoFlip.Grpc",
            [
                ["Transfer"],
                ["Identity"],
                ["Admin", "Tasks"],
                ["Client", "Server"],
                ["Chaos"],
            ],
            LargestCircle: 4, // Server: the four parts of the coordinator
            LeastUses: 200),
        new(
            "src/AutoFlip.Cli",
            [
                ["Onnx", "Options"],
                ["Hosting"],
                ["Display", "Web"],
                ["Runs"],
                ["Commands"],
                ["Help"],
                ["App.cs"],
                ["Program.cs"],
            ],
            LargestCircle: 5, // Options: a setting, the table of settings and their spelling
            LeastUses: 500),
    }.ToDictionary(project => project.Folder);

    public static TheoryData<string> Folders => [.. Projects.Keys];

    [Theory, MemberData(nameof(Folders))]
    public void Every_file_is_in_a_room_and_every_room_has_files(string folder) => Assert.Equal(
        Projects[folder].FloorOf.Keys.Order(),
        SourceTree.CSharpFiles(folder).Select(path => SourceUses.RoomOf(path[(folder.Length + 1)..])).Distinct().Order());

    [Theory, MemberData(nameof(Folders))]
    public void A_file_uses_types_of_its_room_and_of_lower_floors_only(string folder)
    {
        var project = Projects[folder];

        Assert.InRange(project.Uses.Value.Count, project.LeastUses, 100_000);
        Assert.Empty(
            from use in project.Uses.Value.Distinct()
            let room = SourceUses.RoomOf(use.From)
            let used = SourceUses.RoomOf(use.To)
            where room != used && project.FloorOf[used] >= project.FloorOf[room]
            select $"{use.From} (floor {project.FloorOf[room] + 1}): {use.Word} of {use.To} (floor {project.FloorOf[used] + 1})");
    }

    [Theory, MemberData(nameof(Folders))]
    public void No_circle_of_files_is_large(string folder)
    {
        var circles = new UseGraph(Projects[folder].Uses.Value.Select(use => (use.From, use.To))).Circles();

        Assert.InRange(circles.Select(circle => circle.Length).FirstOrDefault(1), 1, Projects[folder].LargestCircle);
    }

    [Fact]
    public void A_use_upwards_is_seen()
    {
        using var folder = new TemporaryFolder();
        folder.Write("Base/Low.cs", "namespace T; /* High */ class Low { object M() => new High(); }"u8.ToArray());
        folder.Write("Top/High.cs", "namespace T; class High { Low? Below; }"u8.ToArray());

        var uses = SourceUses.Read(folder.Path, AppContext.BaseDirectory).Where(use => use.From != use.To);

        Assert.Equal([("Base/Low.cs", "Top/High.cs", "High"), ("Top/High.cs", "Base/Low.cs", "Low")], uses.Order());
    }

    sealed record Project(string Folder, string[][] Floors, int LargestCircle, int LeastUses)
    {
        public Dictionary<string, int> FloorOf { get; } = Floors.Index()
            .SelectMany(floor => floor.Item, (floor, room) => (room, floor.Index)).ToDictionary();

        public Lazy<IReadOnlyList<(string From, string To, string Word)>> Uses { get; } =
            new(() => SourceUses.Read(Path.Combine(SourceTree.Root, Folder), AppContext.BaseDirectory));
    }
}
