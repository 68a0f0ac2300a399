using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;

namespace AutoFlip.Grpc;

/// <summary>A process of a chaos run, with its output.</summary>
sealed class ChaosProcess : IDisposable
{
    readonly Process _process;
    readonly ConcurrentQueue<string> _lines = [];

    /// <summary>Starts a program.</summary>
    /// <param name="program">The program and its first arguments.</param>
    /// <param name="arguments">The others.</param>
    /// <param name="variables">Environment variables besides this process's.</param>
    public ChaosProcess(
        IReadOnlyList<string> program, IEnumerable<string> arguments, IReadOnlyDictionary<string, string> variables)
    {
        var start = new ProcessStartInfo(program[0], [.. program.Skip(1), .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in variables) start.Environment[name] = value;
        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += (_, line) => _lines.Enqueue(line.Data ?? "");
        _process.ErrorDataReceived += (_, line) => _lines.Enqueue(line.Data ?? "");
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>Lines that it has printed.</summary>
    public IEnumerable<string> Lines => _lines;

    /// <summary>The last line that is not empty.</summary>
    public string? LastLine => _lines.LastOrDefault(line => line.Length > 0);

    /// <summary>True once it has ended.</summary>
    public bool HasExited => _process.HasExited;

    /// <summary>Arguments and environment as the system shows them to other processes; empty where it does not.</summary>
    public IEnumerable<string> Shown
    {
        get
        {
            foreach (var file in (string[])["cmdline", "environ"])
                if (TryRead(string.Create(CultureInfo.InvariantCulture, $"/proc/{_process.Id}/{file}")) is { } text) yield return text;
        }
    }

    /// <summary>Waits for its end.</summary>
    /// <returns>The exit code; null if it goes on after the limit.</returns>
    public async Task<int?> ExitAsync(TimeSpan limit, CancellationToken ct)
    {
        using var within = CancellationTokenSource.CreateLinkedTokenSource(ct);
        within.CancelAfter(limit);
        try
        {
            await _process.WaitForExitAsync(within.Token);
            return _process.ExitCode;
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            return null;
        }
    }

    /// <summary>Kills it (SIGKILL); returns once it is gone.</summary>
    public void Kill()
    {
        if (_process.HasExited) return;
        _process.Kill();
        _process.WaitForExit();
    }

    /// <summary>Stops it (SIGSTOP) or lets it go on (SIGCONT). Not on Windows.</summary>
    public void Stop(bool isStopped)
    {
        using var kill = Process.Start(
            "kill", [isStopped ? "-STOP" : "-CONT", _process.Id.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Kill();
        _process.Dispose();
    }

    static string? TryRead(string path)
    {
        try
        {
            return File.Exists(path) ? File.ReadAllText(path) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException) // it has just ended
        {
            return null;
        }
    }
}
