using System.Globalization;
using System.IO.Hashing;
using System.Text;

namespace AutoFlip;

/// <summary>Identity of a run: <c>checkpoints/run.json</c>, written once, before the first round. Runs of version 0.1 have
/// none.</summary>
/// <param name="Id">Names the run in messages: 32 hexadecimal digits. A reply to a task of another run is refused.</param>
/// <param name="Version">The program that began it.</param>
/// <param name="Identity">The experiment (<see cref="RunIdentity"/>): a run that was stopped before its first
/// round has no other record of it.</param>
/// <param name="Device">The kind of device that it began on: cpu, or a model of GPU. Null in runs of earlier versions: cpu.</param>
sealed record RunStamp(string Id, string Version, string Identity, string? Device = null) : IChecked
{
    /// <summary>Its name below the checkpoints. Where it is, all files of the run must have their checksum
    /// (<see cref="Seal.IsRequired"/>).</summary>
    public const string FileName = Seal.Mark;

    /// <summary>The stamp of a run that begins.</summary>
    /// <param name="experiment">What is run.</param>
    /// <param name="directory">The run's own directory.</param>
    /// <param name="device">The kind of device.</param>
    /// <param name="now">When.</param>
    public static RunStamp Of(Experiment experiment, string directory, string device, DateTimeOffset now)
    {
        var identity = RunIdentity.Of(experiment);
        var id = IdOf($"{Environment.MachineName} {directory} {now.UtcTicks} {identity}");
        return new(WireMask.Name(id), ExperimentFile.ProgramVersion, identity, device);
    }

    /// <summary>The id of a run as messages carry it; of version 0.1, which gave none, one of its directory.</summary>
    /// <param name="checkpoints">The folder of its checkpoints.</param>
    public static UInt128 RunOf(string checkpoints) =>
        Load(checkpoints) is { } stamp ? stamp.Run!.Value : IdOf(Path.GetFullPath(checkpoints));

    UInt128? Run => UInt128.TryParse(Id, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var id) ? id : null;

    string? IChecked.Fault() => Run is null ? "'id' must be 32 hexadecimal digits" : null;

    static UInt128 IdOf(string text) => XxHash128.HashToUInt128(Encoding.UTF8.GetBytes(text));

    /// <summary>Reads the stamp of a run; null if it has none.</summary>
    /// <param name="checkpoints">The folder of its checkpoints.</param>
    /// <exception cref="AutoFlipException">It is damaged (exit 3).</exception>
    public static RunStamp? Load(string checkpoints) => RunJson.Load<RunStamp>(Path.Combine(checkpoints, FileName));

    /// <summary>The stamp as a file.</summary>
    public byte[] ToBytes() => RunJson.Sealed(this, RunJson.Document);

    /// <summary>Refuses another experiment than the one the run began with.</summary>
    /// <exception cref="AutoFlipException">It is another (exit 2).</exception>
    public void Require(Experiment experiment)
    {
        if (Identity != RunIdentity.Of(experiment)) throw RunIdentity.Changed(experiment);
    }
}
