using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using AutoFlip.Mutants;

// Usage, from the root, after `dotnet build -c Release`:
//   dotnet run -c Release --project tools/AutoFlip.Mutants -- [--sample N] [--seed S] FOLDER_OR_FILE[:LINE]...
// Plants small mistakes in files of src/AutoFlip, one at a time, runs the tests of their folders, and prints which mistakes no test finds.
var (sample, seed, places) = (int.MaxValue, 1, new List<string>());
for (var i = 0; i < args.Length; i++)
    if (args[i] == "--sample" && int.TryParse(args.ElementAtOrDefault(i + 1), out sample)) i++;
    else if (args[i] == "--seed" && int.TryParse(args.ElementAtOrDefault(i + 1), out seed)) i++;
    else places.Add(args[i].TrimEnd('/'));
const string Source = "src/AutoFlip", Tests = "tests/AutoFlip.Tests";
const string Output = "artifacts/bin/AutoFlip.Tests/release", Work = "artifacts/mutants";
if (!Directory.Exists(Output) || places is [] || places.Any(place => !Path.Exists(Path.Combine(Source, FileOf(place)))))
{
    Console.Error.WriteLine(
        "Usage, from the root, after a Release build: AutoFlip.Mutants [--sample N] [--seed S] FOLDER_OR_FILE[:LINE]... "
        + $"(below {Source}; for example Tensors Wire/Dither.cs:21)");
    return 2;
}

Directory.CreateDirectory(Work);
var assembly = Path.Combine(Work, "AutoFlip.dll");
var mutants = MutatedProject.Build(
    Source, "artifacts/obj/AutoFlip/release", Output, file => places.Any(place => IsIn(place, file)), assembly);
var program = TestProgram.Copy(Output, Path.Combine(Work, "tests"), assembly);
var clock = Stopwatch.StartNew();
var survivors = new List<(Mutant Mutant, string Why)>();
Console.WriteLine("| file | mutants | tried | found | not found | not reached |");
Console.WriteLine("| --- | ---: | ---: | ---: | ---: | ---: |");
var chosen = mutants.Where(mutant =>
    places.Any(place => place.Contains(':') ? place == $"{mutant.File}:{mutant.Line}" : IsIn(place, mutant.File)));
foreach (var place in chosen.GroupBy(mutant => Path.GetDirectoryName(mutant.File)!))
{
    var classes = ClassesFor(place.Key);
    var reachedFile = Path.GetFullPath(Path.Combine(Work, "reached.txt"));
    var before = clock.Elapsed;
    var (passed, printed) = program.Run(0, classes, TimeSpan.FromMinutes(20), reachedFile);
    if (!passed)
    {
        Console.Error.WriteLine($"The tests of {place.Key} fail without a mutant:\n{printed}");
        return 1;
    }
    var limit = 5 * (clock.Elapsed - before) + TimeSpan.FromSeconds(60);
    var reached = File.ReadLines(reachedFile).Select(int.Parse).ToHashSet();
    var drawn = place.OrderBy(mutant => Hash($"{seed} {mutant.Number}"), StringComparer.Ordinal).Take(sample).ToHashSet();
    foreach (var file in place.GroupBy(mutant => mutant.File))
    {
        var tried = file.Where(drawn.Contains).ToArray();
        var unreached = tried.Where(mutant => !reached.Contains(mutant.Number)).ToArray();
        var unfound = tried.Except(unreached).Where(mutant => program.Run(mutant.Number, classes, limit).Passed)
            // a long run may be stopped
            .Select(mutant => { Console.Error.WriteLine($"{mutant.File}:{mutant.Line}: {mutant.Change}"); return mutant; }).ToArray();
        survivors.AddRange([.. unfound.Select(mutant => (mutant, "not found")), .. unreached.Select(mutant => (mutant, "not reached"))]);
        Console.WriteLine(
            $"| {file.Key} | {file.Count()} | {tried.Length} | {tried.Length - unfound.Length - unreached.Length} | {unfound.Length} | "
            + $"{unreached.Length} |");
    }
}
Console.WriteLine($"\nNot found by the tests ({clock.Elapsed.TotalMinutes:F0} minutes):\n\n| place | change | |\n| --- | --- | --- |");
foreach (var (mutant, why) in survivors) Console.WriteLine($"| {mutant.File}:{mutant.Line} | {mutant.Change} | {why} |");
return 0;

static string FileOf(string place) => place.Split(':')[0];

static bool IsIn(string place, string file) => file == FileOf(place) || file.StartsWith(FileOf(place) + "/", StringComparison.Ordinal);

static string Hash(string text) => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

// The tests of a folder are those in the folder of the same name, or of the nearest above that has one. Whole rounds always run.
static string[] ClassesFor(string place)
{
    var folder = Path.Combine(Tests, place);
    while (!Directory.Exists(folder)) folder = Path.GetDirectoryName(folder)!;
    return
    [
        .. (folder == Tests ? [] : Directory.EnumerateFiles(folder, "*Tests.cs", SearchOption.AllDirectories))
            .Select(file => "AutoFlip.Tests." + Path.GetFileNameWithoutExtension(file)).Order(StringComparer.Ordinal),
        "AutoFlip.Tests.RoundLawTests", "AutoFlip.Tests.FederatedRunTests", // may be named twice
    ];
}
