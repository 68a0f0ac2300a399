using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace AutoFlip.Tests;

/// <summary>Programs that load another libtorch than their own.</summary>
[Trait("speed", "slow")]
public sealed partial class TorchLibraryTests : IDisposable
{
    // in the output, so that libraries can be linked instead of copied
    readonly string _folder = Directory.CreateDirectory(
        Path.Combine(AppContext.BaseDirectory, $"another-{Environment.ProcessId}")).FullName;
    readonly TemporaryDirectory _runs = new();

    string[] Run => [
        "run", "--dataset", "Digits", "--resize", "28", "--model", "LeNet", "--clients", "4", "--cohort-fraction", "0.5",
        "--partition", "iid", "--rounds", "20", "--local-epochs", "1", "--seed", "3", "--offline", "--json", "--result-path", _runs.Path,
    ];

    public void Dispose()
    {
        Directory.Delete(_folder, recursive: true);
        _runs.Dispose();
    }

    [Fact]
    public void The_named_one_is_loaded_and_no_other_and_the_model_is_the_same()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "A process's libraries are read from /proc.");
        foreach (var file in Directory.GetFiles(LibTorch.Loaded.Folder))
            if (Link(file, Path.Combine(_folder, Path.GetFileName(file))) != 0)
                File.Copy(file, Path.Combine(_folder, Path.GetFileName(file)));

        var own = Ended(CliProcess.StartWithSmallPipe(Run));
        var named = Ended(CliProcess.StartWith(TorchLibrary.Variable, _folder, Run), LoadedFrom);
        var typed = Ended(CliProcess.StartWithSmallPipe([.. Run, "--libtorch", _folder]), LoadedFrom);

        Assert.Equal((0, 0, 0), (own.Code, named.Code, typed.Code));
        Assert.Equal(Hash(own.Out), Hash(named.Out));
        Assert.Equal(Hash(own.Out), Hash(typed.Out));

        void LoadedFrom(Process process)
        {
            var places = File.ReadLines($"/proc/{process.Id}/maps").Select(line => line.Split(' ')[^1])
                .Where(path => Path.GetFileName(path) is "libtorch_cpu.so" or "libc10.so" or "libtorch.so")
                .Select(Path.GetDirectoryName).Distinct();
            Assert.Equal([_folder], places);
        }
    }

    [Fact]
    public void One_that_is_no_library_ends_with_4_and_a_sentence()
    {
        foreach (var name in (string[])["c10", "torch_cpu", "torch"])
            File.WriteAllText(Path.Combine(_folder, TorchFolder.FileOf(name)), "no library");
        File.WriteAllText(Path.Combine(_folder, "build-version"), LibTorch.Version);

        var (code, _, error) = Ended(CliProcess.StartWith(TorchLibrary.Variable, _folder, Run));

        Assert.Equal(4, code);
        Assert.StartsWith(
            $"autoflip: The native library '{Path.Combine(_folder, TorchFolder.FileOf("c10"))}' cannot be loaded: ", error,
            StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", error, StringComparison.Ordinal); // no stack trace
        Assert.Empty(_runs.Files);
    }

    [Fact]
    public void A_folder_of_the_environment_that_is_not_there_ends_with_2_and_a_sentence()
    {
        var (code, _, error) = Ended(CliProcess.StartWith(TorchLibrary.Variable, "/nowhere", Run));

        Assert.Equal(2, code);
        Assert.Equal(
            "autoflip: AUTOFLIP_LIBTORCH: '/nowhere' is not accepted: there is no such folder. Accepted: a folder with libtorch 2.10: "
            + "torch/lib of a Python installation, or lib of an unzipped libtorch.", error.TrimEnd());
    }

    /// <summary>TorchSharp asks for torch_cuda, whatever the device.</summary>
    [Fact]
    public void A_part_of_another_one_that_the_system_finds_ends_with_4_and_a_sentence()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The variable is Linux's.");
        Assert.SkipWhen(LibTorch.Loaded.HasCuda, "This libtorch has its own.");
        var stranger = Path.Combine(_folder, TorchFolder.FileOf("torch_cuda"));
        File.Copy(Path.Combine(LibTorch.Loaded.Folder, "libtorch_global_deps.so"), stranger);

        var (code, _, error) = Ended(CliProcess.StartWith("LD_LIBRARY_PATH", _folder, Run));

        Assert.Equal(4, code);
        Assert.Equal(
            $"autoflip: '{stranger}' of another libtorch was loaded too, because the system finds it: take its folder out of "
            + "LD_LIBRARY_PATH, or name it with --libtorch or AUTOFLIP_LIBTORCH.", error.TrimEnd());
    }

    [Theory]
    [InlineData("cpu", "libtorch-cpu-")]
    [InlineData("cuda", "libtorch-cuda-12.8-")]
    public void A_build_references_one_package(string choice, string prefix)
    {
        Assert.SkipWhen(choice == "cuda" && OperatingSystem.IsMacOS(), "CUDA is for Linux and Windows.");
        using var build = Process.Start(new ProcessStartInfo(
            "dotnet",
            [
                "msbuild", Path.Combine(SourceTree.Root, "src/AutoFlip.Cli/AutoFlip.Cli.csproj"), $"-p:LibTorch={choice}",
                "-getItem:PackageReference",
            ])
        { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var (code, output, _) = Ended(build);

        Assert.Equal(0, code);
        using var items = JsonDocument.Parse(output);
        var packages = items.RootElement.GetProperty("Items").GetProperty("PackageReference").EnumerateArray()
            .Select(item => item.GetProperty("Identity").GetString()!)
            .Where(name => name.StartsWith("libtorch-", StringComparison.Ordinal));
        Assert.StartsWith(prefix, Assert.Single(packages), StringComparison.Ordinal);
    }

    /// <summary>Waits for the end of a process.</summary>
    /// <param name="process">Which.</param>
    /// <param name="look">Looks at it after its first line, while the pipe for its output holds back its end.</param>
    static (int Code, string Out, string Error) Ended(Process process, Action<Process>? look = null)
    {
        using (process)
        {
            var error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
            var first = process.StandardOutput.ReadLine();
            if (first is not null) look?.Invoke(process);
            var output = $"{first}\n{process.StandardOutput.ReadToEnd()}".Trim();
            process.WaitForExit();
            return (process.ExitCode, output, error.GetAwaiter().GetResult());
        }
    }

    static string Hash(string lines)
    {
        using var summary = JsonDocument.Parse(lines.Split('\n')[^1]);
        return summary.RootElement.GetProperty("model_sha256").GetString()!;
    }

    [LibraryImport("libc", EntryPoint = "link", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Link(string file, string name);
}
