using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

namespace AutoFlip.Tests;

/// <summary>oneDNN has other kernels for each instruction set. A kernel that writes past a buffer ends the process, so
/// each set has one of its own.</summary>
[Trait("speed", "slow")]
public class InstructionSetTests
{
    const int MostSeconds = 300; // of a machine that does much else; usually 10

    /// <summary>What oneDNN calls them, as far as this processor has them; the fastest is what all other tests run on.</summary>
    public static TheoryData<string> Sets => [.. Known.Where(set => set.IsSupported).Select(set => set.Name)];

    static (string Name, bool IsSupported)[] Known =>
    [
        ("SSE41", true), ("AVX", Avx.IsSupported), ("AVX2", Avx2.IsSupported),
        ("AVX512_CORE", Avx512F.IsSupported && Avx512BW.IsSupported && Avx512DQ.IsSupported && Avx512F.VL.IsSupported),
    ];

    [Theory]
    [MemberData(nameof(Sets))]
    public async Task Convolutions_are_right_under(string instructions) =>
        await Run(instructions, [nameof(SteppingConvolutionTests)], []);

    /// <summary>oneDNN's record of the processor is spoilt as by a machine that hides its caches, and
    /// mended (docs/decisions/0030).</summary>
    [Theory]
    [MemberData(nameof(Sets))]
    public async Task Convolutions_are_right_where_caches_are_hidden_under(string instructions)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Its record of the processor is looked for under Linux.");

        var printed = await Run(instructions, [nameof(SteppingConvolutionTests), nameof(ConvolutionTests)], [OneDnnTests.HiddenVariable]);

        Assert.Contains(OneDnnTests.Mended, printed, StringComparison.Ordinal);
    }

    /// <summary>Runs classes of one test each in a process of its own, and returns what it prints.</summary>
    static async Task<string> Run(string instructions, string[] classes, string[] variables)
    {
        Assert.SkipUnless(RuntimeInformation.ProcessArchitecture == Architecture.X64, "These instruction sets are those of x64.");
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardOutput = true, RedirectStandardError = true };
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath!) == "dotnet")
            start.ArgumentList.Add(typeof(InstructionSetTests).Assembly.Location);
        foreach (var word in classes.SelectMany(name => (string[])["--filter-class", $"*.{name}"]).Concat(["--progress", "off"]))
            start.ArgumentList.Add(word);
        start.Environment[OneDnn.WidestVariable] = instructions;
        foreach (var variable in variables) start.Environment[variable] = "1";

        using var child = Process.Start(start)!;
        var (output, errors) = (child.StandardOutput.ReadToEndAsync(), child.StandardError.ReadToEndAsync());
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(MostSeconds));
        try
        {
            await child.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            child.Kill(entireProcessTree: true);
            Assert.Fail($"Convolutions under {instructions} did not end in {MostSeconds} s.");
        }

        var printed = await output + await errors;
        Assert.True(child.ExitCode == 0,
            $"Convolutions under {instructions} ended with exit code {child.ExitCode}:\n{printed[^Math.Min(printed.Length, 1500)..]}");
        Assert.Contains($"succeeded: {classes.Length}", printed, StringComparison.Ordinal); // and not of no test
        return printed;
    }
}
