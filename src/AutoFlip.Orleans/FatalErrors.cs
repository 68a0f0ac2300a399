namespace AutoFlip.Orleans;

/// <summary>Keeps a fatal error of a silo, such as that the cluster has lost it. By default it would end the process at once.</summary>
sealed class FatalErrors : IFatalErrorHandler
{
    readonly TaskCompletionSource<string> _happened = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes with the first one.</summary>
    public Task<string> Happened => _happened.Task;

    /// <inheritdoc/>
    public bool IsUnexpected(Exception exception) => true;

    /// <inheritdoc/>
    public void OnFatalException(object? sender, string? context, Exception? exception) =>
        _happened.TrySetResult(context ?? exception?.Message ?? "");
}
