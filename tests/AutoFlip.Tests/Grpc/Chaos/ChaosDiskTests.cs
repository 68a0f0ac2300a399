using AutoFlip.Grpc;

namespace AutoFlip.Tests;

public class ChaosDiskTests
{
    [Theory]
    [InlineData(0), InlineData(10_000)]
    public void Full_disk_takes_nothing_until_it_has_room_again(int used)
    {
        using var folder = new TemporaryFolder();
        using var disk = ChaosDisk.TryMount(folder["disk"], size: 1 << 20);
        Assert.SkipUnless(disk is not null, "Mounting a small disk needs Linux and root.");
        if (used > 0) folder.Write("disk/before", new byte[used]);

        disk.IsFull = true;
        Assert.Throws<IOException>(() => folder.Write("disk/now", [1]));
        disk.IsFull = false;

        folder.Write("disk/now", [1]);
    }
}
