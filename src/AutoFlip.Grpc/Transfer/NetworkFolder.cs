namespace AutoFlip.Grpc;

/// <summary>The folder of a run directory with the files of the network.</summary>
static class NetworkFolder
{
    /// <summary>Its name.</summary>
    public const string Name = "network";
}
