using AutoFlip.Rooms;

// Usage: dotnet run -c Release --project tools/AutoFlip.Rooms -- [--uses FILE|all] SOURCE_FOLDER BUILD_OUTPUT
// Prints the circles of files and of folders of a project: files that use each other's types in a loop.
if (args is not [.., var source, var output] || !Directory.Exists(source) || !Directory.Exists(output))
{
    Console.Error.WriteLine(
        "Usage: AutoFlip.Rooms [--uses FILE|all] SOURCE_FOLDER BUILD_OUTPUT (for example src/AutoFlip artifacts/bin/AutoFlip.Cli/release)");
    return 2;
}
var uses = SourceUses.Read(source, output);
if (args is ["--uses", var file, ..])
{
    foreach (var (from, to, word) in uses.Where(use => (file == "all" || use.From == file) && use.From != use.To).Distinct().Order())
        Console.WriteLine($"{from} -> {to}: {word}");
    return 0;
}

var files = new UseGraph(uses.Select(use => (use.From, use.To)));
var rooms = new UseGraph(uses.Select(use => (SourceUses.RoomOf(use.From), SourceUses.RoomOf(use.To))));
Console.WriteLine($"{source}: {files.Count} files that use each other, {rooms.Count} rooms");
foreach (var circle in files.Circles())
    Console.WriteLine($"circle of {circle.Length} files: {string.Join(' ', circle.Take(12))}{(circle.Length > 12 ? " ..." : "")}");
foreach (var circle in rooms.Circles()) Console.WriteLine($"circle of {circle.Length} rooms: {string.Join(' ', circle)}");
if (rooms.Circles().Count == 0)
{
    Console.WriteLine("No circle of rooms. Floors, ground first:");
    foreach (var (floor, names) in rooms.Floors().Index()) Console.WriteLine($"{floor + 1,3}  {string.Join(" · ", names)}");
}
return 0;
