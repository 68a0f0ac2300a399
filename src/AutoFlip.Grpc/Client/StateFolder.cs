namespace AutoFlip.Grpc;

/// <summary>A client's folder of one run, of which one process at a time is the owner.</summary>
sealed class StateFolder : IDisposable
{
    readonly string _path;
    readonly FileStream _lock;

    StateFolder(string path, FileStream file) => (_path, _lock) = (path, file);

    /// <summary>Takes a folder; it is made if it is not there.</summary>
    /// <exception cref="AutoFlipException">Another process has it, or it cannot be made (exit 4).</exception>
    public static StateFolder Lock(string path)
    {
        try
        {
            Directory.CreateDirectory(path);
            return new(path, OwnFile.Open(Path.Combine(path, "lock"), FileShare.None));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw AutoFlipException.RunFailed(
                $"The folder '{path}' cannot be used: another process uses it, or it cannot be written ({e.Message.TrimEnd('.')}). "
                + "Give each client a folder of its own.", e);
        }
    }

    /// <summary>Gives the folder up and deletes it: the run is done.</summary>
    public void DeleteFolder()
    {
        _lock.Dispose();
        Directory.Delete(_path, recursive: true);
    }

    /// <inheritdoc/>
    public void Dispose() => _lock.Dispose();
}
