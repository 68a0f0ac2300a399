using TorchSharp;

namespace AutoFlip.Tests;

public class ComputeDeviceTests
{
    [Theory]
    [InlineData("cpu", "cpu"), InlineData("CPU", "cpu"), InlineData("cuda", "cuda:0"), InlineData("cuda:0", "cuda:0")]
    [InlineData("CUDA:12", "cuda:12"), InlineData("cpu-generic", "cpu-generic")]
    public void A_name_is_a_device(string text, string name) => Assert.Equal(name, ComputeDevice.TryParse(text)!.Name);

    [Theory]
    [InlineData(""), InlineData("gpu"), InlineData("cuda:"), InlineData("cuda:-1"), InlineData("cuda:+1"), InlineData("cuda: 1")]
    [InlineData("cuda:0:1"), InlineData("cpu:0"), InlineData("cuda:99999999999"), InlineData("mps"), InlineData("meta")]
    public void Another_text_is_none(string text) => Assert.Null(ComputeDevice.TryParse(text));

    [Fact]
    public void Only_the_processor_is_read_in_place_and_only_GPUs_have_layers_rewritten()
    {
        ComputeDevice[] all = [ComputeDevice.Cpu, ComputeDevice.Generic, ComputeDevice.Cuda(1)];

        Assert.Equal([true, false, false], all.Select(device => device.IsHost));
        Assert.Equal([false, false, true], all.Select(device => device.IsGpu));
        Assert.Equal([false, false, true], all.Select(device => device.RewritesLayers));
    }

    /// <summary>What is sent does not change with the buffer that it was read into.</summary>
    [Fact]
    public void A_tensor_that_was_sent_is_a_copy()
    {
        using var scope = torch.NewDisposeScope();
        var buffer = torch.tensor(new float[] { 1, 2, 3 });

        var sent = ComputeDevice.Generic.Send(buffer.narrow(0, 1, 2));
        buffer.zero_();

        Assert.Equal([2f, 3f], sent.data<float>().ToArray());
    }
}
