namespace AutoFlip.Tests;

public sealed class InProcessChannelTests : ChannelContract
{
    protected override bool ClientsShareMasks => true;

    internal override Task<TestFederation> OpenAsync(Experiment experiment, FederatedData data) =>
        Task.FromResult<TestFederation>(new InProcessFederation(experiment, data));
}

public sealed class ShuffledChannelTests : ChannelContract
{
    protected override bool ClientsShareMasks => true;

    internal override Task<TestFederation> OpenAsync(Experiment experiment, FederatedData data) =>
        Task.FromResult<TestFederation>(new ShuffledFederation(experiment, data));
}
