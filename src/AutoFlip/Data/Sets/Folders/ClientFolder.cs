using System.Collections.Immutable;

namespace AutoFlip;

/// <summary>A folder of one client's images or texts, under a data contract: <c>PATH/CLASS/*.jpg</c>.</summary>
/// <remarks>A class is numbered by its place in the contract, whichever classes the client has.</remarks>
static class ClientFolder
{
    /// <summary>Looks at the names of folders, and at nothing else.</summary>
    /// <exception cref="AutoFlipException">The folder is not there, does not fit the contract, or has a folder that is no class of it
    /// (exit 3).</exception>
    public static DataSet Of(string path, DataContract contract)
    {
        if (!Directory.Exists(path)) throw AutoFlipException.BadData($"folder:{path}: there is no such folder.");
        var classes = contract.Task.ClassNames;
        if (contract.Task.Kind != TaskKind.Classification || contract.Recipe is not (ImageRecipe or IPaddedText))
            throw AutoFlipException.BadFile(
                path, $"a folder holds images or texts of classes, and the data contract asks for {contract.Kind}");
        if (classes.FirstOrDefault(name => !IsFolder(name)) is { } odd)
            throw AutoFlipException.BadFile(path, $"'{odd}' is a class of the data contract, and no folder can have that name");
        var folders = ClassFolders.Names(path).ToList();
        var first = classes.Select(name => name.Split('/')[0]).ToHashSet(StringComparer.Ordinal);
        if (folders.FirstOrDefault(name => !first.Contains(name)) is { } stranger)
            throw AutoFlipException.BadData(
                $"'{Path.Combine(path, stranger)}' is not usable: the data contract has no class '{stranger}'. "
                + $"Its classes are {contract.Classes}.{Nearest.Hint(stranger, classes)}");
        if (folders.Count == 0)
            throw AutoFlipException.BadFile(
                path, $"it has no folder of a class. The classes of the data contract are {contract.Classes}");
        ImmutableArray<string> files = [.. folders.Select(name => name + '/')];
        return contract.Recipe is ImageRecipe images
            ? FolderDataSet.Images(path, contract.Task, files) with
            {
                Contract = contract,
                Shape = images.Shape,
                Grey = images.Channels == 1,
            }
            : FolderDataSet.Texts(path, contract.Task, files) with { Contract = contract };
    }

    /// <summary>Tests whether a class name is one of a folder below another. A contract may come from elsewhere and name "../x".</summary>
    static bool IsFolder(string name) =>
        !Path.IsPathRooted(name) && !name.Contains('\0', StringComparison.Ordinal)
        && name.Split('/', '\\').All(part => part is not ("" or "." or ".."));
}
