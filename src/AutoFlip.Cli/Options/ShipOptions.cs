namespace AutoFlip.Cli;

/// <summary>Formats that models are exported in.</summary>
enum ExportFormat { Safetensors, Onnx, HuggingFace }

/// <summary>Options of commands for saved models.</summary>
sealed record ShipOptions
{
    /// <summary>The format; null derives it from the file's name, otherwise safetensors.</summary>
    public ExportFormat? Format { get; init; }

    /// <summary>The model without what was removed: what is exported unless <see cref="Full"/> is.</summary>
    public bool Small { get; init; }

    /// <summary>The model with zeros for what was removed.</summary>
    public bool Full { get; init; }

    /// <summary>Share of the units of every layer; null: all.</summary>
    public decimal? Rate { get; init; }

    /// <summary>Weights in 16 bits.</summary>
    public bool Half { get; init; }

    /// <summary>The file, or the folder for it; null: the current folder, under the run's name.</summary>
    public string? Output { get; init; }

    /// <summary>Number of classes to print for each input.</summary>
    public int Top { get; init; } = 1;

    /// <summary>The part to evaluate on.</summary>
    public DataSplit Split { get; init; }
}
