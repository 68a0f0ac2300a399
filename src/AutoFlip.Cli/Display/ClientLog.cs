using AutoFlip.Grpc;

namespace AutoFlip.Cli;

/// <summary>The lines of a client: notes on standard output, warnings on standard error.</summary>
/// <param name="host">The streams.</param>
/// <param name="isQuiet">True if only warnings are shown.</param>
sealed class ClientLog(Host host, bool isQuiet) : IClientLog, ILoadObserver
{
    readonly Lock _lock = new();

    /// <inheritdoc cref="IClientLog.Note"/>
    public void Note(string message)
    {
        if (isQuiet) return;
        lock (_lock) host.Out.WriteLine(message);
    }

    /// <inheritdoc cref="IClientLog.Warning"/>
    public void Warning(string message)
    {
        lock (_lock) host.Warn(ForeignText.OnOneLine(message));
    }

    /// <inheritdoc/>
    public void Loading(string what, double? fraction) { }
}
