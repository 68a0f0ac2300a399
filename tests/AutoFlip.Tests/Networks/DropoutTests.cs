using TorchSharp;

namespace AutoFlip.Tests;

public class DropoutTests
{
    [Fact]
    public void One_stream_gives_one_mask_on_any_thread()
    {
        float[] here = Run(0.5, true, 1), there = [];
        var thread = new Thread(() => there = Run(0.5, true, 1));
        thread.Start();
        thread.Join();

        Assert.Equal(here, there);
        Assert.NotEqual(here, Run(0.5, true, 2));
    }

    [Fact]
    public void Dropout_zeroes_its_share_and_scales_the_rest()
    {
        var outputs = Run(0.2, true, 1);

        // Of ones, what is kept becomes 1 / 0.8. 10,000 draws: five standard deviations are 5 sqrt(0.2 * 0.8 / 10000) = 0.02.
        Assert.Every(outputs, value => Assert.True(value is 0 or 1.25f));
        Assert.InRange(outputs.Count(value => value == 0) / 10000.0, 0.18, 0.22);
    }

    [Fact]
    public void Dropout_is_the_identity_in_evaluation_at_rate_zero_and_without_a_stream()
    {
        Assert.Every(Run(0.5, false, 1), value => Assert.Equal(1, value));
        Assert.Every(Run(0, true, 1), value => Assert.Equal(1, value));
        Assert.Every(Run(0.5, true, null), value => Assert.Equal(1, value));
    }

    [Fact]
    public void Rate_zero_draws_nothing()
    {
        var random = new KeyedRandom(1);

        using var scope = torch.NewDisposeScope();
        using var module = new NetworkModule<float>(Network(0));
        module.Forward(torch.ones(1, 100, 10, 10), true, random);

        Assert.Equal(new KeyedRandom(1).NextUInt64(), random.NextUInt64());
    }

    /// <summary>10,000 ones through a dropout whose output is the network's.</summary>
    static float[] Run(double rate, bool training, ulong? seed)
    {
        using var scope = torch.NewDisposeScope();
        using var module = new NetworkModule<float>(Network(rate));
        return module.Forward(torch.ones(1, 100, 10, 10), training, seed is { } key ? new KeyedRandom(key) : null).data<float>().ToArray();
    }

    static Network Network(double rate) => new NetworkBuilder("test", new(100, 10, 10)).Flatten().Dropout(rate).Build(10_000);
}
