namespace AutoFlip.Tests;

/// <summary>Over a coordinator and two workers of a cluster.</summary>
public sealed class ClusterChannelTests : ChannelContract
{
    /// <summary>Workers answer in the place of clients that have the mask.</summary>
    protected override bool ClientsForget => false;

    internal override async Task<TestFederation> OpenAsync(Experiment experiment, FederatedData data) =>
        await ClusterFederation.StartAsync(experiment, data);
}
