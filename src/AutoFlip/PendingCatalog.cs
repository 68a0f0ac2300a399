namespace AutoFlip;

/// <summary>
/// TEMPORARY: names of sections that other branches add to <see cref="Catalog"/>. When a section is there, its line in
/// <see cref="CatalogSections"/> points to it and its line here goes; when the last has gone, so does this file.
/// </summary>
static class PendingCatalog
{
    public static Section<string> Algorithms { get; } = Named("algorithm", "--algorithm", "fedavg");
    public static Section<string> Pruners { get; } = Named("pruner", "--pruner", "none", "autoflip", "random");

    static Section<string> Named(string kind, string option, params string[] names)
    {
        var section = new Section<string>(kind, option);
        foreach (var name in names) section.Add(name, name);
        return section;
    }
}
