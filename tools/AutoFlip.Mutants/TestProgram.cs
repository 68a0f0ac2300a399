using System.Diagnostics;

namespace AutoFlip.Mutants;

/// <summary>A copy of the built tests, whose engine is the one with mutants.</summary>
/// <param name="folder">Where the copy is.</param>
sealed class TestProgram(string folder)
{
    /// <summary>Copies the tests by hard links (cp -rl): libtorch is half a gigabyte.</summary>
    public static TestProgram Copy(string output, string folder, string assembly)
    {
        if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
        Directory.CreateDirectory(Path.GetDirectoryName(folder)!);
        using (var copying = Process.Start("cp", ["-rl", output, folder])) copying.WaitForExit();
        foreach (var file in Directory.GetFiles(output, "AutoFlip*"))
        {
            var copy = Path.Combine(folder, Path.GetFileName(file)); // a link; what a later build overwrites must be a file of its own
            File.Delete(copy);
            File.Copy(file, copy);
        }
        File.Copy(assembly, Path.Combine(folder, Path.GetFileName(assembly)), overwrite: true);
        return new(folder);
    }

    /// <summary>Runs test classes with one mutant; 0 is the program as it should be.</summary>
    /// <param name="mutant">Its number.</param>
    /// <param name="classes">The classes.</param>
    /// <param name="limit">How long it may take: an endless loop counts as found.</param>
    /// <param name="reached">A file for the numbers of the mutants that the run comes past; null for none.</param>
    /// <returns>Whether all tests passed, and what was printed.</returns>
    public (bool Passed, string Printed) Run(int mutant, IEnumerable<string> classes, TimeSpan limit, string? reached = null)
    {
        var filter = classes.SelectMany(name => (string[])["--filter-class", name]);
        var start = new ProcessStartInfo(Path.Combine(folder, "AutoFlip.Tests"), ["--stop-on-fail", "on", "--progress", "off", .. filter])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["AUTOFLIP_MUTANT"] = $"{mutant}" },
        };
        if (reached is not null) start.Environment["AUTOFLIP_MUTANTS_REACHED"] = reached;
        using var running = Process.Start(start)!;
        var (said, complained) = (running.StandardOutput.ReadToEndAsync(), running.StandardError.ReadToEndAsync());
        if (!running.WaitForExit(limit))
        {
            running.Kill(entireProcessTree: true);
            return (false, "too slow");
        }
        return (running.ExitCode == 0, said.Result + complained.Result);
    }
}
