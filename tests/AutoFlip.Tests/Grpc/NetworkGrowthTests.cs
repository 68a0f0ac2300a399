using AutoFlip.Grpc.V1;

namespace AutoFlip.Tests;

/// <summary>Tests that measure the managed heap: nothing else runs beside them.</summary>
[CollectionDefinition(nameof(NetworkGrowthTests), DisableParallelization = true)]
public sealed class HeapAlone;

/// <summary>A server does not grow from round to round.</summary>
[Collection(nameof(NetworkGrowthTests))]
public class NetworkGrowthTests
{
    /// <summary>NVIDIA/NVFlare 2166: a server grows from 1 to 22 GB. adap/flower 4934: replies are never erased.</summary>
    [Fact]
    public async Task NVFlare_2166_server_does_not_grow_over_200_rounds()
    {
        const int Turns = 3; // threads of earlier tests may allocate during one
        var least = long.MaxValue;
        for (var turn = 0; turn < Turns; turn++) least = Math.Min(least, await GrowthAsync());

        Assert.InRange(least, long.MinValue, 256 << 10); // 73 bytes for each of the 3,600 replies since
    }

    /// <summary>Bytes by which a server's heap grows between round 20 and round 200.</summary>
    static async Task<long> GrowthAsync()
    {
        const int Clients = 20, Settled = 20, Rounds = 200;
        var rig = new CoordinatorRig(seats: Clients);
        rig.JoinAll();
        long settled = 0;
        var files = 0;
        for (var round = 1; round <= Rounds; round++)
        {
            await rig.OpenAsync(CoordinatorRig.TaskOf(round, seats: Clients));
            for (var seat = 0; seat < Clients; seat++) Assert.Equal(ReceiptStatus.Accepted, rig.Upload(seat).Status);
            foreach (var answer in rig.Answers) (await answer).Read();
            if (round == Settled) (settled, files) = (Heap(rig), rig.Disk.Count);
        }
        Assert.Equal(files, rig.Disk.Count);
        return Heap(rig) - settled;
    }

    /// <summary>Bytes in use, without the disk, which is in memory here: its audit log has a line for each reply.</summary>
    static long Heap(CoordinatorRig rig) => GC.GetTotalMemory(forceFullCollection: true) - rig.Disk.Bytes;
}
