using System.Collections.Concurrent;
using System.Diagnostics;

namespace AutoFlip.Grpc;

/// <summary>A process of a chaos run, with its output.</summary>
sealed class ChaosProcess : IDisposable
{
    readonly Process _process;
    readonly ConcurrentQueue<string> _lines = [];

    /// <summary>Starts the program.</summary>
    /// <param name="program">The program and its first arguments.</param>
    /// <param name="arguments">The others.</param>
    public ChaosProcess(IReadOnlyList<string> program, params IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(program[0], [.. program.Skip(1), .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += (_, line) => _lines.Enqueue(line.Data ?? "");
        _process.ErrorDataReceived += (_, line) => _lines.Enqueue(line.Data ?? "");
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>Lines that it has printed.</summary>
    public IEnumerable<string> Lines => _lines;

    /// <summary>True once it has ended.</summary>
    public bool HasExited => _process.HasExited;

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

    /// <inheritdoc/>
    public void Dispose()
    {
        Kill();
        _process.Dispose();
    }
}
