using TorchSharp;

namespace AutoFlip.Tests;

public class MobileVitTests
{
    static readonly Network Small = MobileVit.Create(new(3, 64, 64), 10, new ModelOptions());

    [Theory, InlineData(24, 24), InlineData(64, 32), InlineData(32, 64), InlineData(96, 96)]
    public void Sides_that_cannot_be_cut_to_the_end_are_refused_in_one_sentence(int height, int width)
    {
        var error = Assert.Throws<AutoFlipException>(() => MobileVit.Create(new(3, height, width), 10, new ModelOptions()));

        Assert.Equal(
            $"Experiment.Model MobileViT: height and width must be multiples of 64, and not {height}x{width}. "
            + "Choose Experiment.Resize 64, or a multiple of it.",
            error.Message);
    }

    [Fact]
    public void Sides_may_differ() => Assert.Equal([10], MobileVit.Create(new(1, 64, 128), 10, new ModelOptions()).Nodes[^1].OutputShape);

    /// <summary>What a bottleneck adds to belongs to the group before it. Of a transformer, conv2 makes the stream
    /// that all its layers add to.</summary>
    [Fact]
    public void Channels_streams_heads_and_feed_forward_units_shrink()
    {
        (string Name, int Width)[] expected = [
            ("features.0", 16), ("features.3.conv.0", 64), ("features.4.conv.0", 64), ("features.4.conv.6", 24), ("features.5.conv.0", 96),
            ("features.6.conv.0", 96),
            ("features.7.conv.0", 96), ("features.7.conv.6", 48), .. Block(8, 48, 64, 2, 128), ("features.9.conv.0", 192),
            ("features.9.conv.6", 64),
            .. Block(10, 64, 80, 4, 320), ("features.11.conv.0", 256), ("features.11.conv.6", 80), .. Block(12, 80, 96, 3, 384),
            ("features.13", 320)];

        Assert.Equal(expected, Small.Groups.Where(group => !group.IsFixed).Select(group => (group.Name, group.Width)));

        static IEnumerable<(string, int)> Block(int index, int channels, int width, int depth, int hidden)
        {
            yield return ($"features.{index}.conv1.0", channels);
            yield return ($"features.{index}.conv2.0", width);
            for (var layer = 0; layer < depth; layer++)
            {
                yield return ($"features.{index}.transformer.layers.{layer}.0.fn.to_qkv", 4);
                yield return ($"features.{index}.transformer.layers.{layer}.1.fn.ff.0", hidden);
            }
            yield return ($"features.{index}.conv3.0", channels);
            yield return ($"features.{index}.conv4.0", channels);
        }
    }

    [Theory, InlineData(1), InlineData(2)]
    public void Training_leaves_no_tensor_behind(int shrunkBy)
    {
        var network = Small.WithWidths(group => group.Width / shrunkBy);
        var before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;

        Train(network, 0.1f, 1);

        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    [Fact]
    public void Dropout_is_drawn_from_the_given_stream()
    {
        float[] Outputs(ulong key) => Train(SmallModels.Create("MobileViT", dropout: 0.5), 0, key);

        Assert.Equal(Outputs(1), Outputs(1));
        Assert.NotEqual(Outputs(1), Outputs(2));
    }

    /// <summary>Outputs of a training pass, after a step of that rate.</summary>
    static float[] Train(Network network, float rate, ulong dropout)
    {
        torch.set_num_threads(1);
        using var scope = torch.NewDisposeScope();
        using var module = new NetworkModule<float>(network);
        Initialization.Draw(network, Initialization.Xavier, 1, new Seeds(1)).Values.CopyTo(module.Values);
        var random = new KeyedRandom(9);
        var input = torch.tensor(Enumerable.Range(0, 2 * network.Input.Length).Select(_ => random.NextSingle()).ToArray(), [2, 3, 64, 64]);
        var outputs = module.Forward(input, training: true, new KeyedRandom(dropout));
        new CrossEntropy().Loss(outputs, torch.tensor([0L, 1])).backward();
        for (var i = 0; i < module.Parameters.Length; i++) module.Parameters[i] -= rate * module.Gradients[i];
        return module.Forward(input, training: true, new KeyedRandom(dropout)).data<float>().ToArray();
    }
}
