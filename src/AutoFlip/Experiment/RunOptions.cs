using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace AutoFlip;

/// <summary>Settings of a run's execution. None of them changes its result, except that another kind of device rounds otherwise.</summary>
public sealed record RunOptions
{
    /// <summary>Folder in which run directories are created.</summary>
    public string ResultPath { get; init; } = "./result_paper";

    /// <summary>Folder that is searched first for data sets; null searches the default folders only.</summary>
    public string? DataPath { get; init; }

    /// <summary>Clients that train side by side on the processor. On GPUs it is one per entry of <see cref="DeviceIds"/>.</summary>
    public int Workers { get; init; } = Environment.ProcessorCount;

    /// <summary>The device on which clients train and models are evaluated: cpu, cuda or cuda:N. Null keeps the device of a resumed run,
    /// and is cpu in a new one.</summary>
    public string? Device { get; init; }

    /// <summary>GPUs of <see cref="Device"/> cuda, with one worker per entry. Empty: the first one.</summary>
    public ImmutableArray<int> DeviceIds { get; init; } = [];

    /// <summary>Use operations of GPUs whose results differ between runs too.</summary>
    public bool Nondeterministic { get; init; }

    /// <summary>Go on with a run on another kind of device than it began on: its result is then that of no single kind.</summary>
    public bool ChangeDevice { get; init; }

    /// <summary>Do not download data sets.</summary>
    public bool Offline { get; init; }

    /// <summary>Available memory in bytes; null uses the system's answer (<see cref="AutoFlip.MemoryLimit"/>). For tests.</summary>
    internal long? MemoryLimit { get; init; }

    /// <summary>Also save each client's model after the last round, and all personal models of clients that have trained.</summary>
    public bool SaveClients { get; init; }

    /// <summary>Also write event files for TensorBoard.</summary>
    public bool TensorBoard { get; init; }

    /// <summary>Format of the lines of <c>run.log</c>; null keeps the format of a resumed run, and is human in a new one.</summary>
    public LogFormat? LogFormat { get; init; }

    /// <summary>Applied to sentences before an observer or a file of the run gets them: a program with names of its own for options and
    /// calls puts them in place of the engine's (<see cref="ApiNames"/>).</summary>
    [JsonIgnore]
    public Func<string, string> Wording { get; init; } = text => text;
}
