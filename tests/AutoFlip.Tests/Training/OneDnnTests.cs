using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace AutoFlip.Tests;

/// <summary>Where a machine hides its caches, convolutions use narrow kernels (docs/decisions/0030); <see cref="ConvolutionTests"/> says that they are right.</summary>
public class OneDnnTests
{
    /// <summary>As a program that computes with torch before it uses the engine should do: other tests do not wait for these.</summary>
    [ModuleInitializer]
    internal static void LoadEngine() => RuntimeHelpers.RunModuleConstructor(typeof(Catalog).Module.ModuleHandle);

    // EBX of leaf 0 and EBX, ECX of leaf 8000001D: 32 or 48 KiB in 64 sets of 8 or 12 ways of 64 bytes, each number less one.
    [Theory]
    [InlineData("Auth", 0, 0, true)]                       // AMD, hidden
    [InlineData("Auth", (7 << 22) | 63, 63, false)]        // AMD, 32 KiB
    [InlineData("Auth", (11 << 22) | 63, 63, false)]       // AMD, 48 KiB
    [InlineData("Genu", 0, 0, false)]                      // Intel, which is asked otherwise
    public void Caches_are_hidden_if_an_AMD_processor_says_nothing_of_the_first(string maker, int ebx, int ecx, bool hidden)
    {
        var name = MemoryMarshal.Read<int>(System.Text.Encoding.ASCII.GetBytes(maker));

        Assert.Equal(hidden, OneDnn.HidesCaches((leaf, subleaf) => (leaf, subleaf) switch
        {
            (0, 0) => (0x10, name, 0, 0),
            (unchecked((int)0x8000001D), 0) => (hidden ? 0 : 0x121, ebx, ecx, 0),
            _ => throw new InvalidOperationException($"Nobody should ask for {leaf:X}."),
        }));
    }

    [Fact]
    public void Libtorch_is_told_exactly_where_it_has_to_be()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has one environment for all of a process.");
        Assert.SkipWhen(!OneDnn.IsHeldBack && Environment.GetEnvironmentVariable(OneDnn.WidestVariable) is not null, "Somebody else has set the variable.");

        Assert.Equal(OneDnn.IsHeldBack ? OneDnn.Narrow : null, NativeVariables.Get(OneDnn.WidestVariable));
    }
}
