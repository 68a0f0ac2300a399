using System.Net.Sockets;

namespace AutoFlip.Tests;

/// <summary>A run directory may come from a stranger: links in it must not lead writes elsewhere, and what is no file must
/// not keep readers waiting.</summary>
public sealed class OwnFileTests : IDisposable
{
    readonly TemporaryDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    string Victim
    {
        get
        {
            File.WriteAllText(_folder["victim"], "untouched");
            return _folder["victim"];
        }
    }

    [Fact]
    public void A_partial_file_that_is_a_link_is_replaced_and_not_followed()
    {
        File.CreateSymbolicLink(_folder["a.partial"], Victim);

        AtomicFile.Write(_folder["a"], "new");

        Assert.Equal("untouched", File.ReadAllText(_folder["victim"]));
        Assert.Equal("new", File.ReadAllText(_folder["a"]));
        Assert.Null(new FileInfo(_folder["a"]).LinkTarget);
    }

    [Fact]
    public void A_file_that_is_a_link_is_replaced_and_not_followed()
    {
        File.CreateSymbolicLink(_folder["a"], Victim);

        AtomicFile.Write(_folder["a"], "new");

        Assert.Equal("untouched", File.ReadAllText(_folder["victim"]));
        Assert.Null(new FileInfo(_folder["a"]).LinkTarget);
    }

    [Fact]
    public void Logs_that_are_links_are_refused()
    {
        File.CreateSymbolicLink(_folder["log"], Victim);
        File.CreateSymbolicLink(_folder["dangling"], _folder["new-victim"]);

        foreach (var name in (string[])["log", "dangling"])
        {
            Refused(() => new AppendFile(_folder[name]), name);
            Refused(() => new JsonLog<ClientFailure>(_folder[name]), name);
        }
        Assert.Equal("untouched", File.ReadAllText(_folder["victim"]));
        Assert.False(File.Exists(_folder["new-victim"]));
    }

    [Theory]
    [InlineData("run.log")]
    [InlineData("rounds.jsonl")]
    [InlineData("checkpoints")]
    [InlineData("checkpoints/lock")]
    [InlineData("checkpoints/exploration.jsonl")]
    [InlineData("checkpoints/exploration.bin")]
    [InlineData("checkpoints/clients-memory")]
    [InlineData("tensorboard")]
    [InlineData("tensorboard/Weighted Average")]
    public void A_run_whose_directory_has_a_link_in_it_is_not_gone_on_with(string link)
    {
        var run = RunOnce();
        Directory.CreateDirectory(_folder["outside"]);
        var path = Path.Combine(run, link);
        if (Directory.Exists(path)) Move(path, _folder["outside"]);
        else File.Move(path, _folder["outside/file"]);
        var before = Contents(_folder["outside"]);
        if (File.Exists(_folder["outside/file"])) File.CreateSymbolicLink(path, _folder["outside/file"]);
        else Directory.CreateSymbolicLink(path, _folder["outside"]);

        Refused(() => Simulation.Resume(run, Options, RunObserver.None, TimeProvider.System, default), link);
        Assert.Equal(before, Contents(_folder["outside"]));
    }

    [Fact]
    public void Plots_are_not_written_through_a_link()
    {
        var run = RunOnce();
        Directory.CreateDirectory(_folder["outside"]);
        Directory.CreateSymbolicLink(Path.Combine(run, "plots"), _folder["outside"]);

        Refused(() => PlotFolder.Write(run), "plots");
        Assert.Empty(Directory.GetFileSystemEntries(_folder["outside"]));
    }

    [Fact]
    public void A_run_directory_behind_a_link_is_as_good_as_another()
    {
        var run = RunOnce();
        Directory.CreateSymbolicLink(_folder["link"], run);

        Assert.Equal(3, Simulation.Resume(_folder["link"], Options, RunObserver.None, TimeProvider.System, default).RoundsDone);
    }

    /// <summary>A socket stands for all that is no file: unlike a pipe, it fails whoever opens it instead of letting him wait. See
    /// FileKindTests for the others.</summary>
    [Fact]
    public void What_is_no_regular_file_is_refused_by_whoever_reads_or_goes_on_with_a_run()
    {
        var run = RunOnce();
        var residual = Directory.GetFiles(Path.Combine(run, "checkpoints/clients-memory"), "*", SearchOption.AllDirectories).Order().Last();
        void Resume() => Simulation.Resume(run, Options, RunObserver.None, TimeProvider.System, default);
        void Report() => RunRecord.Load(run);
        void Predict() => RunModel.Load(run, small: true, null, RunObserver.None, default);
        (Action Read, string[] Files)[] readers =
        [
            (Report,
                ["partition.json", "guidance.json", "rounds.jsonl", "experiment.json", "summary.json", "checkpoints/exploration.jsonl"]),
            (() => RunStatus.IsInUse(run), ["checkpoints/lock"]),
            (Resume,
                ["run.log", "rounds.jsonl", "experiment.json", "checkpoints/lock", "checkpoints/options.json", "checkpoints/run.json",
                 "checkpoints/resume.safetensors",
                "checkpoints/exploration.jsonl", "checkpoints/exploration.bin", Path.GetRelativePath(run, residual),
                $"tensorboard/{TensorBoardLog.FileName}"]),
            (Predict, ["checkpoints/final-small.safetensors"]),
        ];

        foreach (var (read, files) in readers)
        {
            foreach (var name in files)
            {
                var file = Path.Combine(run, name);
                File.Move(file, _folder["aside"]);
                MakeSocket(file);
                var failure = Record.Exception(read) as AutoFlipException;
                Assert.True(failure is not null, $"{name} was read");
                Assert.Equal($"'{file}' is a socket, and only a regular file is accepted there. Remove it and try again.", failure.Message);
                Assert.Equal(ExitCode.BadData, failure.Code);
                File.Move(_folder["aside"], file, overwrite: true);
            }
        }
    }

    void MakeSocket(string path)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(_folder["s"])); // such names may not be long
        File.Move(_folder["s"], path);
    }

    RunOptions Options => new() { ResultPath = _folder.Path, Workers = 1, TensorBoard = true };

    string RunOnce()
    {
        Simulation.Run(FinishedRuns.Small with { WireUp = WireFormat.Int8 }, Options, RunObserver.None, TimeProvider.System, default);
        var run = Assert.Single(Directory.GetDirectories(_folder.Path));
        File.WriteAllText(
            Path.Combine(run, "experiment.json"),
            File.ReadAllText(Path.Combine(run, "experiment.json")).Replace("\"rounds\": 2", "\"rounds\": 3"));
        return run;
    }

    static void Move(string from, string to)
    {
        foreach (var entry in Directory.GetDirectories(from)) Directory.Move(entry, Path.Combine(to, Path.GetFileName(entry)));
        foreach (var entry in Directory.GetFiles(from)) File.Move(entry, Path.Combine(to, Path.GetFileName(entry)));
        Directory.Delete(from);
    }

    static List<(string, long)> Contents(string folder) =>
        [.. Directory.GetFiles(folder, "*", SearchOption.AllDirectories).Order().Select(file => (file, new FileInfo(file).Length))];

    static void Refused(Action write, string name)
    {
        var failure = Assert.Throws<AutoFlipException>(write);
        Assert.Equal(ExitCode.RunFailed, failure.Code);
        Assert.Contains($"{name}' is a link", failure.Message, StringComparison.Ordinal);
    }
}
