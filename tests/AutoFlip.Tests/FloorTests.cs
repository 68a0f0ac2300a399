using AutoFlip.Rooms;

namespace AutoFlip.Tests;

/// <summary>The folders of the engine are rooms on floors: a type is used in its own room and on the floors above.</summary>
public class FloorTests
{
    // Ground floor first. Rooms on one floor do not use each other: nothing of a client names anything of the server.
    static readonly string[][] Floors =
    [
        ["Native"],
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
    ];

    const int LargestCircle = 11; // Networks: a layer, its drafts and its ONNX form

    static readonly Lazy<IReadOnlyList<(string From, string To, string Word)>> Uses =
        new(() => SourceUses.Read(Path.Combine(SourceTree.Root, "src/AutoFlip"), AppContext.BaseDirectory));

    static readonly Dictionary<string, int> FloorOf = Floors.Index().SelectMany(floor => floor.Item, (floor, room) => (room, floor.Index)).ToDictionary();

    [Fact]
    public void Every_file_is_in_a_room_and_every_room_has_files() =>
        Assert.Equal(FloorOf.Keys.Order(), SourceTree.CSharpFiles("src/AutoFlip").Select(path => SourceUses.RoomOf(path["src/AutoFlip/".Length..])).Distinct().Order());

    [Fact]
    public void A_file_uses_types_of_its_room_and_of_lower_floors_only()
    {
        Assert.InRange(Uses.Value.Count, 5_000, 100_000);
        Assert.Empty(
            from use in Uses.Value.Distinct()
            let room = SourceUses.RoomOf(use.From)
            let used = SourceUses.RoomOf(use.To)
            where room != used && FloorOf[used] >= FloorOf[room]
            select $"{use.From} (floor {FloorOf[room] + 1}): {use.Word} of {use.To} (floor {FloorOf[used] + 1})");
    }

    [Fact]
    public void No_circle_of_files_is_large()
    {
        var circles = new UseGraph(Uses.Value.Select(use => (use.From, use.To))).Circles();

        Assert.InRange(circles[0].Length, 2, LargestCircle);
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
}
