using System.Text.Json.Nodes;

namespace AutoFlip.Cli;

/// <summary>The catalogue's models on a sample: what each costs, or why it cannot work on it. Weights are never made.</summary>
/// <param name="Input">The sample.</param>
/// <param name="Models">Per model its network, or the reason that there is none.</param>
sealed record ModelList(SampleShape Input, IReadOnlyList<(string Name, Network? Network, string Reason)> Models)
{
    /// <summary>Tokens of a sample where none are asked for: the length of a line of Shakespeare in LEAF.</summary>
    const int Tokens = 80;

    /// <summary>All models on the sample that is asked for. Those of text are listed for tokens if the sample is an image, and with the
    /// outputs that fit them if those are their tokens.</summary>
    /// <exception cref="AutoFlipException">No model accepts the options (exit 2).</exception>
    public static ModelList Of(Request request)
    {
        var (asked, options) = (request.List, ModelOptions.Of(request.Experiment));
        if (asked.Outputs < 1)
            throw AutoFlipException.BadRequest($"--outputs: '{asked.Outputs}' is not accepted. Accepted: a whole number of at least 1.");
        var usual = new ModelOptions();
        var published = (options.HiddenSize, options.EmbeddingSize, options.EmbeddingCount)
            == (usual.HiddenSize, usual.EmbeddingSize, usual.EmbeddingCount);
        ModelOptions OptionsOf(string model) => published ? ModelOptions.Published(model) ?? options : options;
        return new(asked.Input, [.. Catalog.Models.Select(model => Describe(model.Key, model.Value, asked, OptionsOf(model.Key)))])
        {
            AreEncodersPublished = published,
        };
    }

    /// <summary>True if encoders of text have their published sizes, because no others were asked for.</summary>
    bool AreEncodersPublished { get; init; }

    /// <summary>Writes it: a table and what is not in it, or an array of objects.</summary>
    public void Write(bool json, Host host)
    {
        if (json)
        {
            host.Out.WriteLine(new JsonArray([.. Models.Select(model => ToJson(model.Name, model.Network, model.Reason))])
                .ToJsonString(ReportJson.Options));
            return;
        }
        if (Rows is { Length: > 0 } rows) new FigureTable(["reads", "parameters", "MACs", "units, groups"], rows).Write(host);
        foreach (var (name, network, _) in Models)
            if (AreEncodersPublished && network is not null && ModelOptions.Published(name) is not null)
                host.Print($"{name}: the published sizes; {Readable.Count(EncoderParameters(network))} parameters before the classifier.");
        var refused = Models.Where(model => model.Network is null).ToList();
        if (refused.Count == 0) return;
        host.Out.WriteLine();
        host.Print($"Not on {Input}:");
        foreach (var (name, _, reason) in refused) host.Print($"  {name}: {reason}");
    }

    (string, IReadOnlyList<string>)[] Rows =>
    [
        .. from model in Models
           where model.Network is not null
           let network = model.Network
           let size = Size(network)
           select (model.Name, (IReadOnlyList<string>)
           [
               network.Vocabulary is null ? $"{network.Input}" : $"{network.Input.Length} tokens",
               Readable.Count(network.Layout.ParameterCount), Readable.Count(network.MacsPerSample),
               $"{Readable.Count(size.Units)} in {size.Groups}",
           ]),
    ];

    static (string, Network?, string) Describe(string name, ModelFactory create, ListOptions asked, ModelOptions options)
    {
        var tokens = asked.Input is { Height: 1, Width: 1 } ? asked.Input : new SampleShape(Tokens, 1, 1);
        var (network, reason) = Try(name, create, asked.Input, asked.Outputs, options);
        if (network is { Vocabulary: null }) return (name, network, "");
        foreach (var outputs in new[] { asked.Outputs, options.EmbeddingCount })
            if (Try(name, create, tokens, outputs, options).Network is { Vocabulary: not null } text) return (name, text, "");
        return (name, null, reason);
    }

    /// <summary>The network; or the first sentence of the refusal, without the option that names the model.</summary>
    static (Network? Network, string Reason) Try(string name, ModelFactory create, SampleShape input, int outputs, ModelOptions options)
    {
        try
        {
            return (create(input, outputs, options), "");
        }
        catch (AutoFlipException refused)
        {
            return (
                null,
                Spelling.Of(refused.Message).Replace($"--model {name}: ", "", StringComparison.Ordinal).Split(". ")[0].TrimEnd('.') + ".");
        }
    }

    static long EncoderParameters(Network network) =>
        network.Layout.Entries.Where(entry => entry.Name.StartsWith("features.", StringComparison.Ordinal))
            .Sum(entry => (long)entry.Length);

    /// <summary>Units that pruning may remove.</summary>
    static (int Groups, int Units) Size(Network network) =>
        (network.Groups.Count(group => !group.IsFixed), network.Groups.Where(group => !group.IsFixed).Sum(group => group.Width));

    static JsonObject ToJson(string name, Network? network, string reason) =>
        network is null ? new() { ["name"] = name, ["reason"] = reason } : new()
        {
            ["name"] = name,
            ["input"] = new JsonArray(network.Input.Channels, network.Input.Height, network.Input.Width),
            ["vocabulary"] = network.Vocabulary,
            ["outputs"] = network.Outputs,
            ["parameters"] = network.Layout.ParameterCount,
            ["macs_per_sample"] = network.MacsPerSample,
            ["groups"] = Size(network).Groups,
            ["units"] = Size(network).Units,
        };
}
