using System.Collections.Immutable;

namespace AutoFlip.Tests;

/// <summary>A message is one array of less than 2 GB; what does not fit is refused with a sentence.</summary>
public class MessageLimitTests
{
    [Fact]
    public void Sender_refuses_a_message_above_the_limit_before_it_takes_memory()
    {
        var writer = MessageWriter.Begin(MessageKind.Reply);

        var refused = Assert.Throws<AutoFlipException>(() => writer.Take(Message.MaxLength - Message.HeaderLength + 1));

        Assert.Equal(ExitCode.RunFailed, refused.Code);
        Assert.Contains("2,000 MB", refused.Message);
    }

    /// <summary>Noise, which no coder makes smaller, half of it removed at random, and a vector beside it.</summary>
    [Theory]
    [InlineData(1), InlineData(0.5)]
    public void Message_of_a_model_is_within_the_size_that_the_largest_model_is_computed_from(double density)
    {
        var network = Catalog.Models["TwoNN"](new(1, 28, 28), 10, new ModelOptions { HiddenSize = 400 });
        var random = new KeyedRandom(1);
        var noise = new Weights(network.Layout, [.. Enumerable.Range(0, network.Layout.Count).Select(_ => random.NextSingle() - 0.5f)]);
        var bits = new ulong[Selection.Words(network.Layout.Count)];
        for (var i = 0; i < network.Layout.Count; i++)
            if (random.NextDouble() < density) bits[i >> 6] |= 1UL << i;
        var mask = Mask.OfWeights(network.Layout, Selection.FromBits(bits, network.Layout.Count));
        var task = new ClientTask(ClientWork.Train, 1, 0.1, noise, mask)
        {
            Vectors = new Dictionary<string, Weights> { ["v"] = noise }.ToImmutableSortedDictionary(),
        };

        var length = new SentTask(new Experiment { WireDown = WireFormat.Fp32 }, task).Whole.Length;

        var perWeight = (Message.MaxLength - Message.FactsLength) / (double)Message.MostWeights(vectors: 1);
        Assert.InRange(length, 0, Message.FactsLength + perWeight * network.Layout.Count);
    }
}
