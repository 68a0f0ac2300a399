namespace AutoFlip.Grpc;

/// <summary>Address of a server's admin socket, and the file that names it: <c>network/admin.txt</c>.</summary>
static class AdminAddress
{
    /// <summary>The file's name.</summary>
    public const string FileName = "admin.txt";

    const string SocketName = "admin.socket";

    /// <summary>The address to listen on.</summary>
    /// <param name="asked">The operator's choice; null: a socket in the network folder, or if that path is too long for a socket, in a
    /// new folder among the temporary files.</param>
    /// <param name="network">Network folder of the run.</param>
    /// <returns>The address, and the new folder if there is one.</returns>
    /// <exception cref="AutoFlipException">The choice is not accepted (exit 2).</exception>
    public static (ListenAddress Address, string? Temporary) Choose(string? asked, string network)
    {
        if (asked is not null) return (Check(asked), null);
        var path = Path.GetFullPath(Path.Combine(network, SocketName));
        if (UnixSocket.Fits(path)) return (ListenAddress.OfSocket(path), null);
        var folder = Directory.CreateTempSubdirectory("autoflip-").FullName; // which its owner alone can open
        return (ListenAddress.OfSocket(Path.Combine(folder, SocketName)), folder);
    }

    /// <summary>Checks an operator's choice.</summary>
    /// <exception cref="AutoFlipException">It is not accepted (exit 2).</exception>
    public static ListenAddress Check(string asked) => ListenAddress.Parse(asked) is { IsLocal: true } address
        ? address
        : throw AutoFlipException.BadRequest(
            $"The admin address '{ForeignText.Quote(asked)}' is not accepted. Accepted: unix:PATH, 127.0.0.1:PORT or [::1]:PORT.");

    /// <summary>Records the address.</summary>
    public static void Write(string network, string address) =>
        AtomicFile.Write(Path.Combine(network, FileName), address + "\n");

    /// <summary>Removes the record and the socket's file.</summary>
    public static void Remove(string network, ListenAddress address)
    {
        File.Delete(Path.Combine(network, FileName));
        if (address.UnixPath is { } path) File.Delete(path);
    }

    /// <summary>The recorded address; null if there is none.</summary>
    public static ListenAddress? Read(string network)
    {
        var path = Path.Combine(network, FileName);
        return File.Exists(path) ? ListenAddress.Parse(File.ReadAllText(path).Trim()) : null;
    }
}
