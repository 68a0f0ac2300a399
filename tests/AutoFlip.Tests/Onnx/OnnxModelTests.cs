using AutoFlip.Cli;
using TorchSharp;

namespace AutoFlip.Tests;

/// <summary>ONNX Runtime computes from the file what evaluation computes: of every network, dense and without some of its units.</summary>
public class OnnxModelTests
{
    [Theory, MemberData(nameof(Names))]
    public void Try(string name)
    {
        torch.set_num_threads(1);
        var network = LawNetworks.Of(name);
        var random = new KeyedRandom(1);
        var weights = Initialization.Draw(network, Initialization.Xavier, 1, new Seeds(1));
        using var session = new OnnxSession(Bytes(network, weights));
        using var module = new NetworkModule<float>(network);
        weights.Values.CopyTo(module.Values);
        using var scope = torch.NewDisposeScope();
        float[] samples = [.. LawNetworks.Samples(network, random).Select(x => (float)x)];
        var want = module.Forward(torch.tensor(samples, [3, network.Input.Channels, network.Input.Height, network.Input.Width]), false).data<float>().ToArray();
        var got = network.Vocabulary is null ? session.Run(samples, 3, network.Input.Channels, network.Input.Height, network.Input.Width)
            : session.Run([.. samples.Select(x => (long)x)], 3, network.Input.Length);
        Assert.Equal(want.Length, got.Length);
        var err = want.Zip(got, (a, b) => Math.Abs(a - b)).Max() / want.Max(Math.Abs);
        Console.WriteLine($"{name}: {err:g3} of {want.Max(Math.Abs):g3}");
        Assert.True(err < 1e-5, $"{err}");
    }

    public static IEnumerable<TheoryDataRow<string>> Names => LawNetworks.Names;

    static byte[] Bytes(Network network, Weights weights)
    {
        var stream = new MemoryStream();
        OnnxModel.Write(stream, network, weights, new Dictionary<string, string>());
        return stream.ToArray();
    }
}
