using AutoFlip.Grpc.V1;

namespace AutoFlip.Tests;

/// <summary>A server does not grow from round to round.</summary>
public class NetworkGrowthTests
{
    /// <summary>NVIDIA/NVFlare 2166: a server grows from 1 to 22 GB. adap/flower 4934: replies are never erased.</summary>
    [Fact]
    public async Task NVFlare_2166_server_does_not_grow_over_200_rounds()
    {
        const int Clients = 20, Settled = 20, Rounds = 200;
        using var rig = new CoordinatorRig(seats: Clients);
        rig.JoinAll();
        ObjectGraph settled = default;
        var files = 0;
        for (var round = 1; round <= Rounds; round++)
        {
            await rig.OpenAsync(CoordinatorRig.TaskOf(round, seats: Clients));
            for (var seat = 0; seat < Clients; seat++) Assert.Equal(ReceiptStatus.Accepted, rig.Upload(seat).Status);
            foreach (var answer in rig.Answers) (await answer).Read();
            if (round == Settled) (settled, files) = (Held(rig), rig.Disk.Count);
        }

        Assert.Equal(files, rig.Disk.Count);
        Assert.InRange(settled.Objects, Clients, 100 * Clients);
        Assert.Equal(settled, Held(rig));
    }

    /// <summary>What the server holds without its disk, which is in memory here: its audit log has a line for each reply.</summary>
    static ObjectGraph Held(CoordinatorRig rig) => ObjectGraph.Of(rig.Server, rig.Disk);
}
