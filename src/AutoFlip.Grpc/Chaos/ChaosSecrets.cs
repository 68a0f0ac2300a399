using System.Buffers.Text;
using System.Text;

namespace AutoFlip.Grpc;

/// <summary>Search for private keys in places where they must not be.</summary>
/// <param name="folder">The folder with the keys.</param>
sealed class ChaosSecrets(PkiFolder folder)
{
    const int Line = 64, Secret = 16;

    // PKCS#8 of a P-256 key: the secret number begins at byte 36, so the end of the first line of Base64 has 96 bits of it
    readonly string[] _secrets =
    [
        .. from file in Directory.GetFiles(folder.Path, "*.key")
           let line = File.ReadLines(file).FirstOrDefault(line => line.Length == Line && Base64.IsValid(line))
           where line is not null
           select line[^Secret..],
    ];

    /// <summary>The first place with a secret, as a sentence; null if there is none.</summary>
    /// <param name="texts">Texts with their names.</param>
    /// <param name="folders">Folders whose files are read.</param>
    public string? Found(IEnumerable<(string Name, string Text)> texts, IEnumerable<string> folders)
    {
        if (_secrets is []) return $"no private key was found in '{folder.Path}' to search for.";
        var files = folders.Where(Directory.Exists)
            .SelectMany(path => Directory.EnumerateFiles(path, "*", SearchOption.AllDirectories))
            .Select(path => (Path.GetFileName(path), File.ReadAllText(path, Encoding.Latin1)));
        return texts.Concat(files).FirstOrDefault(text => _secrets.Any(secret => text.Item2.Contains(secret, StringComparison.Ordinal)))
            .Item1 is { } name ? $"{name} holds a private key." : null;
    }
}
