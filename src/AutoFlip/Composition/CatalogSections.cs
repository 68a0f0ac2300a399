namespace AutoFlip;

/// <summary>A section of the <see cref="Catalog"/> as names, independent of the type of its entries.</summary>
/// <param name="Plural">What <c>autoflip list</c> calls it.</param>
/// <param name="Names">Names in order.</param>
/// <param name="NameOf">The catalogue's own spelling of a name; throws (exit 2) if there is none.</param>
public sealed record CatalogSection(string Plural, Func<IEnumerable<string>> Names, Func<string, string> NameOf)
{
    /// <summary>Patterns accepted beside the names, with a word in capitals that the user replaces.</summary>
    public IReadOnlyList<string> Patterns { get; init; } = [];

    /// <summary>A view of a section.</summary>
    public static CatalogSection Of<T>(string plural, Section<T> section)
        where T : notnull => new(plural, () => section.Names, section.NameOf);

    /// <summary>The section with a word that stands for one of its names.</summary>
    public CatalogSection Or(string word) =>
        this with { NameOf = name => name.Equals(word, StringComparison.OrdinalIgnoreCase) ? word : NameOf(name) };
}

/// <summary>Every section of the <see cref="Catalog"/>: what can be listed, and what an experiment's names are checked against.</summary>
public static class CatalogSections
{
    /// <summary>Data sets.</summary>
    public static CatalogSection Datasets { get; } = new("datasets", () => Catalog.DataSets.Names, DataSet.NameOf)
    {
        Patterns = [.. Catalog.DataSetKinds.Names.Select(kind => $"{kind}:PATH")],
    };

    /// <summary>Networks.</summary>
    public static CatalogSection Models { get; } = CatalogSection.Of("models", Catalog.Models);

    /// <summary>Federated algorithms.</summary>
    public static CatalogSection Algorithms { get; } = CatalogSection.Of("algorithms", Catalog.Algorithms);

    /// <summary>Pruners.</summary>
    public static CatalogSection Pruners { get; } = CatalogSection.Of("pruners", Catalog.Pruners);

    /// <summary>Guidances: the scores that explorers measure.</summary>
    public static CatalogSection Guidances { get; } = CatalogSection.Of("guidances", Catalog.Guidances);

    /// <summary>Rules that assign samples to clients.</summary>
    public static CatalogSection Partitions { get; } = CatalogSection.Of("partitions", Catalog.Partitions);

    /// <summary>Metrics.</summary>
    public static CatalogSection Metrics { get; } = CatalogSection.Of("metrics", Catalog.Metrics);

    /// <summary>Local optimisers.</summary>
    public static CatalogSection Optimizers { get; } = CatalogSection.Of("optimizers", Catalog.Optimizers);

    /// <summary>Losses.</summary>
    public static CatalogSection Criteria { get; } = CatalogSection.Of("criteria", Catalog.Criteria);

    /// <summary>Initialisation schemes.</summary>
    public static CatalogSection Initializers { get; } = CatalogSection.Of("initializers", Catalog.Initializers);

    /// <summary>All of them, in the order in which they are listed.</summary>
    public static IReadOnlyList<CatalogSection> All { get; } =
        [Datasets, Models, Algorithms, Pruners, Guidances, Partitions, Metrics, Optimizers, Criteria, Initializers];
}
