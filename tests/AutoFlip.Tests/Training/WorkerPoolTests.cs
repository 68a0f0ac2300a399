namespace AutoFlip.Tests;

public class WorkerPoolTests
{
    /// <summary>Both jobs wait for each other, so each has a worker of its own.</summary>
    [Fact]
    public async Task Each_worker_makes_its_workspace_by_its_number()
    {
        ComputeDevice[] devices = [ComputeDevice.Cpu, ComputeDevice.Generic];
        using var pool = new WorkerPool(2, 1, number => new Workspace(new Sgd(), device: devices[number]));
        using var both = new Barrier(2);

        var names = await Task.WhenAll(Enumerable.Range(0, 2).Select(_ => pool.RunAsync(workspace =>
        {
            both.SignalAndWait(TestContext.Current.CancellationToken);
            return workspace.Device.Name;
        })));

        Assert.Equal(["cpu", "cpu-generic"], names.Order());
    }
}
