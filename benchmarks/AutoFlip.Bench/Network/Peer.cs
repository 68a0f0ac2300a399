using System.Diagnostics;
using System.Text.Json;
using System.Threading.Channels;

namespace AutoFlip.Bench;

/// <summary>A role under the measurement's control. Orders and answers are lines of JSON.</summary>
abstract class Peer : IAsyncDisposable
{
    /// <summary>Gives an order and waits for its answer.</summary>
    /// <typeparam name="T">The type of the answer.</typeparam>
    public async Task<T> AskAsync<T>(CancellationToken ct, params string[] order) =>
        JsonSerializer.Deserialize<T>(await AskAsync(JsonSerializer.Serialize(order), ct))!;

    /// <summary>Gives an order and waits until it is carried out.</summary>
    public Task AskAsync(CancellationToken ct, params string[] order) => AskAsync<object?>(ct, order);

    /// <inheritdoc/>
    public abstract ValueTask DisposeAsync();

    /// <summary>Sends a line and waits for the line that answers it.</summary>
    protected abstract Task<string> AskAsync(string line, CancellationToken ct);

    /// <summary>Carries out an order that is a line.</summary>
    protected static async Task<string> CarryOutAsync(IRole role, string line, CancellationToken ct)
    {
        var order = JsonSerializer.Deserialize<string[]>(line)!;
        return JsonSerializer.Serialize(await role.CarryOutAsync(order[0], order[1..], ct));
    }

    /// <summary>Plays a role in this process until standard input ends, which it does with the process that gives the orders.</summary>
    public static async Task PlayAsync(BenchContext context, IRole role)
    {
        await using var _ = role;
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(context.Cancel);
        var orders = Channel.CreateUnbounded<string>();
        var reading = Task.Run(async () =>
        {
            using var input = new StreamReader(Console.OpenStandardInput());
            while (await input.ReadLineAsync(context.Cancel) is { } line) orders.Writer.TryWrite(line);
            orders.Writer.Complete();
            stop.Cancel(); // of an order under way: nobody waits for its answer
        });
        try
        {
            await foreach (var line in orders.Reader.ReadAllAsync(context.Cancel))
            {
                context.Output.WriteLine(await CarryOutAsync(role, line, stop.Token));
                context.Output.Flush();
            }
        }
        catch (OperationCanceledException) when (reading.IsCompleted)
        {
        }
    }
}

/// <summary>A role in this process: for tests, which look at no figures.</summary>
/// <param name="role">The role.</param>
sealed class LocalPeer(IRole role) : Peer
{
    /// <inheritdoc/>
    protected override Task<string> AskAsync(string line, CancellationToken ct) => CarryOutAsync(role, line, ct);

    /// <inheritdoc/>
    public override ValueTask DisposeAsync() => role.DisposeAsync();
}

/// <summary>A role in a process of its own.</summary>
sealed class ProcessPeer : Peer
{
    static readonly TimeSpan Farewell = TimeSpan.FromSeconds(15);

    readonly Process _process;

    ProcessPeer(Process process) => _process = process;

    /// <summary>Starts this program again with the role behind the same command line.</summary>
    public static ProcessPeer Start(string role)
    {
        var start = OwnProcess.StartInfo(role);
        start.RedirectStandardInput = true;
        return new(Process.Start(start)!);
    }

    /// <inheritdoc/>
    protected override async Task<string> AskAsync(string line, CancellationToken ct)
    {
        await _process.StandardInput.WriteLineAsync(line.AsMemory(), ct);
        await _process.StandardInput.FlushAsync(ct);
        return await _process.StandardOutput.ReadLineAsync(ct)
            ?? throw AutoFlipException.RunFailed("A process of the measurement has ended too early; see its messages above.");
    }

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        using var limit = new CancellationTokenSource(Farewell);
        try
        {
            await _process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            _process.Kill();
            await _process.WaitForExitAsync(CancellationToken.None);
        }
        _process.Dispose();
    }
}
