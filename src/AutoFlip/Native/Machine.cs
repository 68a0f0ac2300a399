using System.Numerics;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace AutoFlip;

/// <summary>The program and the machine that it runs on, for reports of measurements: what seconds and bytes depend on.</summary>
public static class Machine
{
    /// <summary>Name and value of each fact: versions, commit, processor, memory, system.</summary>
    public static IEnumerable<(string What, string Value)> Facts()
    {
        var version = (typeof(Machine).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "")
            .Split('+');
        yield return ("version", version[0]);
        yield return ("commit", version.Length > 1 ? version[1] : "not known to this build");
        yield return ("processor", $"{Processor()}, {Environment.ProcessorCount} cores, vectors of {8 * Vector<byte>.Count} bits{Caches}");
        yield return ("memory", $"{GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / (double)(1 << 30):0.0} GiB");
        yield return ("system", $"{RuntimeInformation.OSDescription}, {RuntimeInformation.OSArchitecture}");
        yield return (".NET", Environment.Version.ToString());
        yield return ("TorchSharp, libtorch", $"{Package("TorchSharp")}, {TorchLibrary.Version}");
    }

    /// <summary>Remedy applied for hidden caches (docs/decisions/0030), in words.</summary>
    static string Caches => OneDnn.Remedy switch
    {
        CacheRemedy.None => "",
        CacheRemedy.AssumedSizes => ", caches hidden",
        _ => ", caches hidden, convolutions held to 128 bits",
    };

    /// <summary>Name of the processor, as reported by the system.</summary>
    static string Processor()
    {
        const string Linux = "/proc/cpuinfo";
        var named = File.Exists(Linux)
            ? File.ReadLines(Linux).FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(':', 2)[1].Trim()
            : Environment.GetEnvironmentVariable("PROCESSOR_IDENTIFIER");
        return named ?? $"{RuntimeInformation.ProcessArchitecture}";
    }

    /// <summary>Version of the first package whose name begins so, from the list of dependencies beside the program.</summary>
    internal static string Package(string prefix)
    {
        foreach (var path in ((string?)AppContext.GetData("APP_CONTEXT_DEPS_FILES") ?? "").Split(';').Where(File.Exists))
        {
            using var dependencies = JsonDocument.Parse(File.ReadAllText(path));
            if (!dependencies.RootElement.TryGetProperty("libraries", out var libraries)) continue;
            foreach (var library in libraries.EnumerateObject())
                if (library.Name.StartsWith(prefix, StringComparison.OrdinalIgnoreCase)) return library.Name.Split('/')[^1];
        }
        return "unknown";
    }
}
