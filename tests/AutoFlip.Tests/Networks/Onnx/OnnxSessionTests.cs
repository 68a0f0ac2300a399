using AutoFlip.Cli;

namespace AutoFlip.Tests;

/// <summary>ONNX Runtime computes here, and does nothing else (docs/decisions/0024).</summary>
public sealed class OnnxSessionTests
{
    [Fact]
    public void Runtime_is_told_not_to_report_before_it_starts()
    {
        if (OperatingSystem.IsWindows()) Assert.Skip("Windows has one environment for all of a process.");
        using var session = new OnnxSession(OnnxCase.Draw("TwoNN", shrinks: false, 1).Single().File());

        Assert.Equal("1", NativeVariables.Get("ORT_DISABLE_TELEMETRY"));
    }

    /// <summary>Who went round <see cref="OnnxSession"/> would start it without being told.</summary>
    [Fact]
    public void Nothing_else_starts_the_runtime() => Assert.Equal(
        ["src/AutoFlip.Cli/Onnx/OnnxSession.cs"],
        SourceTree.CSharpFiles("src").Where(path => SourceTree.Read(path).Contains("Inference" + "Session(", StringComparison.Ordinal)));

    [Fact]
    public void Output_folder_has_the_runtime_of_one_platform() => Assert.Single(
        Directory.EnumerateFiles(AppContext.BaseDirectory, "*onnxruntime.*", SearchOption.AllDirectories),
        path => Path.GetExtension(path) is ".so" or ".dylib"
            || (Path.GetExtension(path) == ".dll" && path.Contains("native", StringComparison.Ordinal)));

    [Fact]
    public void Engine_does_not_know_the_runtime() => Assert.DoesNotContain(
        typeof(Catalog).Assembly.GetReferencedAssemblies(),
        reference => reference.Name!.StartsWith("Microsoft.ML", StringComparison.Ordinal));
}
