namespace AutoFlip.Tests;

/// <summary>Over a Unix socket, without certificates.</summary>
public sealed class UnixSocketChannelTests : ChannelContract
{
    internal override async Task<TestFederation> OpenAsync(Experiment experiment, FederatedData data) =>
        await GrpcFederation.StartAsync(experiment, data);
}

/// <summary>Over the loopback interface, with certificates at both ends.</summary>
public sealed class MutualTlsChannelTests(MutualTlsChannelTests.Certificates certificates)
    : ChannelContract, IClassFixture<MutualTlsChannelTests.Certificates>
{
    internal override async Task<TestFederation> OpenAsync(Experiment experiment, FederatedData data) =>
        await GrpcFederation.StartAsync(experiment, data, certificates.Pki);

    public sealed class Certificates : IDisposable
    {
        public Certificates() => Pki.Open.IssueClient("c1", seat: null, TestAuthority.Year);

        internal TestAuthority Pki { get; } = new();

        public void Dispose() => Pki.Dispose();
    }
}
