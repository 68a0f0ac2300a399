using System.Text.Json.Serialization;

namespace AutoFlip;

/// <summary>How a run is carried out: nothing here changes its result.</summary>
public sealed record RunOptions
{
    /// <summary>Where run directories are made.</summary>
    public string ResultPath { get; init; } = "./result_paper";

    /// <summary>Where data sets are looked for first; null looks only in the usual places.</summary>
    public string? DataPath { get; init; }

    /// <summary>Clients that train side by side.</summary>
    public int Workers { get; init; } = Environment.ProcessorCount;

    /// <summary>Do not download data sets.</summary>
    public bool Offline { get; init; }

    /// <summary>Bytes of memory there are; null asks the system (<see cref="AutoFlip.MemoryLimit"/>). For tests.</summary>
    internal long? MemoryLimit { get; init; }

    /// <summary>Also save each client's model after the last round.</summary>
    public bool SaveClients { get; init; }

    /// <summary>Also write event files for TensorBoard.</summary>
    public bool TensorBoard { get; init; }

    /// <summary>What the lines of <c>run.log</c> look like; null is what they looked like before, human in a new run.</summary>
    public LogFormat? LogFormat { get; init; }

    /// <summary>Applied to sentences before an observer or a file of the run gets them: a program with names of its own for options and
    /// calls puts them in place of the engine's (<see cref="ApiNames"/>).</summary>
    [JsonIgnore]
    public Func<string, string> Wording { get; init; } = text => text;
}
