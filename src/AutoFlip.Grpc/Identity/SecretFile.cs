using System.Security.Cryptography;
using System.Text;

namespace AutoFlip.Grpc;

/// <summary>Files with keys, tokens and passphrases: readable by their owner only, and never replaced.</summary>
static class SecretFile
{
    /// <summary>Largest file of a key, a certificate, a passphrase or a token.</summary>
    const int SmallFile = 64 << 10;

    /// <summary>Creates a file that only its owner can read, whole or not at all.</summary>
    /// <exception cref="AutoFlipException">There is a file of that name (exit 2), or it cannot be written (exit 4).</exception>
    public static void Create(string path, string text)
    {
        if (File.Exists(path)) throw Exists(path);
        var partial = path + ".partial";
        var bytes = Encoding.UTF8.GetBytes(text);
        try
        {
            File.Delete(partial);
            using (var stream = OwnerOnly.CreateFile(partial))
            {
                stream.Write(bytes);
                stream.Flush(flushToDisk: true);
            }
            File.Move(partial, path, overwrite: false);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            if (File.Exists(partial)) File.Delete(partial);
            throw File.Exists(path)
                ? Exists(path)
                : AutoFlipException.RunFailed($"'{path}' could not be written: {failure.Message}", failure);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(bytes);
        }
    }

    /// <summary>Text of a file: a key, a certificate, a passphrase.</summary>
    /// <param name="path">The file.</param>
    /// <param name="mostBytes">Most bytes that it may have.</param>
    /// <exception cref="AutoFlipException">It is missing, cannot be read or is too large (exit 3).</exception>
    public static string Read(string path, int mostBytes = SmallFile)
    {
        try
        {
            using var file = OwnFile.OpenRead(path);
            if (file.Length > mostBytes) throw AutoFlipException.BadFile(path, $"it has more than {mostBytes >> 10} KiB");
            using var reader = new StreamReader(file, new UTF8Encoding(false, throwOnInvalidBytes: true));
            return reader.ReadToEnd();
        }
        catch (DecoderFallbackException failure)
        {
            throw AutoFlipException.BadFile(path, "it is not text in UTF-8", failure);
        }
        catch (Exception failure) when (failure is FileNotFoundException or DirectoryNotFoundException)
        {
            throw AutoFlipException.BadData($"'{path}' does not exist.", failure);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw AutoFlipException.BadData($"'{path}' could not be read: {failure.Message}", failure);
        }
    }

    /// <summary>Refusal to replace a file.</summary>
    public static AutoFlipException Exists(string path) => AutoFlipException.BadRequest(
        $"'{path}' exists already, and a file with a secret is never overwritten. Delete or move it first.");
}
