using AutoFlip.Cli;
using TorchSharp;

namespace AutoFlip.Tests;

/// <summary>A network with weights as training might leave them.</summary>
/// <param name="Network">The network.</param>
/// <param name="Weights">Random parameters; running statistics are those of what comes in.</param>
/// <param name="Random">Where samples come from.</param>
sealed record OnnxCase(Network Network, Weights Weights, KeyedRandom Random)
{
    /// <summary>Networks whose outputs tell samples apart: one that rectifies everything away is equal to anything.</summary>
    /// <param name="name">One of <see cref="LawNetworks"/>.</param>
    /// <param name="shrinks">Whether up to half of the units of every layer are gone, at random.</param>
    /// <param name="count">How many.</param>
    public static IEnumerable<OnnxCase> Draw(string name, bool shrinks, int count) =>
        // Fixed numbers: what is compared differs by rounding, and the worst of millions of draws would be worse than any bound.
        Enumerable.Range(1, 30).Select(seed => Draw(name, shrinks, new KeyedRandom((ulong)seed))).Where(drawn => drawn.IsAlive())
            .Take(count);

    /// <summary>ONNX Runtime computes from a file what evaluation computes, for batches of one and of several, with and without
    /// the runtime's optimisations.</summary>
    /// <remarks>Every difference is at most 1e-5 of the batch's largest output: 84 roundings to float32. Both sum the same
    /// products in another order; the largest difference seen was 5e-6, of MobileViT with layer normalisation over few
    /// channels, and 1e-6 is usual.</remarks>
    public void AssertEqual(byte[] model)
    {
        foreach (var optimises in (bool[])[true, false])
        {
            using var session = new OnnxSession(model, optimises: optimises);
            foreach (var count in (int[])[1, 3])
            {
                var samples = Samples(count);
                var want = Evaluate(samples, count);
                var got = session.Run(Network, samples, count);

                Assert.Equal(want.Length, got.Length);
                var allowed = 1e-5 * want.Max(Math.Abs);
                for (var i = 0; i < want.Length; i++)
                    Assert.True(
                        Math.Abs((double)want[i] - got[i]) <= allowed,
                        $"{Network.Name}, output {i} of a batch of {count}: want {want[i]}, got {got[i]}, allowed difference {allowed:g3}");
            }
        }
    }

    /// <summary>The file's bytes.</summary>
    public byte[] File(bool half = false, params (string Key, string Value)[] metadata)
    {
        var stream = new MemoryStream();
        OnnxModel.Write(stream, Network, Weights, metadata.ToDictionary(entry => entry.Key, entry => entry.Value), half);
        return stream.ToArray();
    }

    static OnnxCase Draw(string name, bool shrinks, KeyedRandom random)
    {
        var network = LawNetworks.Of(name);
        if (shrinks) network = LawNetworks.Draw(network, random, weights: false, least: 0.5).Shrink(network);
        return new OnnxCase(network, LawNetworks.Fill(network, random), random).Settled();
    }

    /// <summary>Trains statistics, not parameters: 20 passes leave 0.9^20 = 12 % of what they were.</summary>
    OnnxCase Settled()
    {
        if (Weights.Statistics.IsEmpty) return this;
        using var module = Module();
        for (var pass = 0; pass < 20; pass++)
        {
            using var scope = torch.NewDisposeScope();
            module.Forward(Tensor(Samples(8), 8), training: true);
        }
        return this with { Weights = new Weights(Network.Layout, module.Values.ToArray()) };
    }

    bool IsAlive()
    {
        var outputs = Evaluate(Samples(2), 2);
        var (first, second) = (outputs[..(outputs.Length / 2)], outputs[(outputs.Length / 2)..]);
        return first.Zip(second, (a, b) => Math.Abs(a - b)).Max() > 1e-3 * outputs.Max(Math.Abs);
    }

    float[] Samples(int count) => [.. LawNetworks.Samples(Network, Random, count).Select(sample => (float)sample)];

    float[] Evaluate(float[] samples, int count)
    {
        using var scope = torch.NewDisposeScope();
        using var module = Module();
        return [.. module.Forward(Tensor(samples, count), training: false).data<float>()];
    }

    NetworkModule<float> Module()
    {
        torch.set_num_threads(1);
        var module = new NetworkModule<float>(Network);
        Weights.Values.CopyTo(module.Values);
        return module;
    }

    torch.Tensor Tensor(float[] samples, int count) =>
        torch.tensor(samples, [count, Network.Input.Channels, Network.Input.Height, Network.Input.Width]);
}
