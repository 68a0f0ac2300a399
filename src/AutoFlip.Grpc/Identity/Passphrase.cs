namespace AutoFlip.Grpc;

/// <summary>Passphrase of an authority's key. It is read from a file, so that no list of processes and no history shows it.</summary>
public static class Passphrase
{
    /// <summary>The passphrase in a file: its text without the newline at its end.</summary>
    /// <exception cref="AutoFlipException">It is missing, cannot be read or is empty (exit 3).</exception>
    public static string Read(string path)
    {
        var text = SecretFile.Read(path).TrimEnd('\r', '\n');
        return text.Length > 0 ? text : throw AutoFlipException.BadFile(path, "the passphrase is empty");
    }
}
