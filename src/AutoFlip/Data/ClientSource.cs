namespace AutoFlip;

/// <summary>The place of one client's own samples.</summary>
/// <param name="Data"><c>folder:PATH</c> with a folder per class, <c>csv:FILE</c>, <c>parquet:PATH</c>, or the name of a LEAF set, with
/// <paramref name="User"/>.</param>
/// <param name="User">The user of a LEAF set whose samples they are; null for other data.</param>
public sealed record ClientSource(string Data, string? User = null)
{
    /// <summary>Held-out samples of the client, a folder or file like <see cref="Data"/>; null holds out
    /// <see cref="Experiment.TestFraction"/> of its samples.</summary>
    public string? HoldOut { get; init; }

    /// <summary>The column to be learnt, of a table; null: as the contract names it.</summary>
    public string? Target { get; init; }

    /// <summary>The column of texts or images, of a table; null: as the contract names it.</summary>
    public string? Input { get; init; }

    /// <summary>The encoding of a table <c>csv:FILE</c>, by its IANA name.</summary>
    public string Encoding { get; init; } = TextInput.Usual;

    /// <summary>An experiment that reads these files: columns by the contract, cells by it or by the files themselves.</summary>
    internal Experiment Reading(Experiment experiment, DataContract contract)
    {
        var input = Input ?? contract.Columns?.Input ?? "";
        return experiment with
        {
            Target = Target ?? contract.Columns?.Target ?? "",
            Text = contract.Recipe is TextRecipe ? input : "",
            Image = contract.Recipe is ImageRecipe ? input : "",
            Owner = "",
            TaskChoice = TaskChoice.Auto,
            Columns = [],
            Missing = [],
            Decimal = DecimalChoice.Auto,
            Encoding = Encoding,
            Resize = contract.Recipe is ImageRecipe images ? images.Height : experiment.Resize,
            ImageNetNormalization = contract.Recipe is ImageRecipe normalised && normalised.Mean.Any(mean => mean != 0),
        };
    }
}
