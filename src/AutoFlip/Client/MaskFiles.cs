using System.Globalization;

namespace AutoFlip;

/// <summary>A client's masks as files, one for each hash: a client that starts again has the masks that it had.</summary>
/// <param name="folder">Where they are; made when the first one is written.</param>
sealed class MaskFiles(string folder)
{
    const string Extension = ".mask";

    /// <summary>The masks of a folder. A file that is damaged, or of another model, is deleted: the server sends the mask again.</summary>
    /// <param name="network">The full model.</param>
    /// <param name="travels">Values of it that cross the wire; null: all.</param>
    /// <exception cref="AutoFlipException">The folder cannot be read or written (exit 4).</exception>
    public MaskStore Open(Network network, Selection? travels = null)
    {
        var here = new MaskStore(network, travels);
        var store = new MaskStore(network, travels, Save);
        Guard(() =>
        {
            if (!Directory.Exists(folder)) return;
            foreach (var file in new DirectoryInfo(folder).GetFiles($"*{Extension}").OrderBy(file => file.LastWriteTimeUtc))
                if (Read(file.FullName, here) is { } mask) store.Add(HashOf(file.FullName)!.Value, mask);
                else file.Delete();
        });
        return store;
    }

    void Save(UInt128 hash, ReceivedMask mask) => Guard(() =>
    {
        var path = Path.Combine(folder, WireMask.Name(hash) + Extension);
        if (File.Exists(path)) return;
        Directory.CreateDirectory(folder);
        var writer = MessageWriter.Begin(MessageKind.Memory);
        WireMask.Of(mask.Full).Write(writer, byReference: false);
        AtomicFile.Write(path, writer.Finish());
        foreach (var old in new DirectoryInfo(folder).GetFiles($"*{Extension}").OrderByDescending(file => file.LastWriteTimeUtc)
            .Skip(MaskStore.Capacity)) old.Delete();
    });

    static ReceivedMask? Read(string path, MaskStore into)
    {
        try
        {
            var reader = new MessageReader(File.ReadAllBytes(path), MessageKind.Memory);
            var mask = WireMask.Read(ref reader, into);
            reader.End();
            return HashOf(path) is { } hash && into.Find(hash) == mask ? mask : null;
        }
        catch (InvalidDataException)
        {
            return null;
        }
    }

    static UInt128? HashOf(string path) =>
        UInt128.TryParse(Path.GetFileNameWithoutExtension(path), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var hash)
            ? hash : null;

    void Guard(Action access)
    {
        try
        {
            access();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw AutoFlipException.RunFailed($"The masks in '{folder}' could not be read or replaced: {e.Message}", e);
        }
    }
}
