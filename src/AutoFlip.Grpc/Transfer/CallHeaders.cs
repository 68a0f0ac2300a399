namespace AutoFlip.Grpc;

/// <summary>Headers of calls.</summary>
static class CallHeaders
{
    /// <summary>The client's name, where there are no certificates.</summary>
    public const string Name = "autoflip-name";
}
