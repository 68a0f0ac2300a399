using System.Collections.Immutable;
using CsCheck;

namespace AutoFlip.Tests;

public class ModelCodecTests
{
    static readonly Gen<(ClientTask Task, Network Network)> Tasks =
        from mask in Masks.OfAll
        from units in Masks.OfUnits
        from seed in Gen.ULong
        from work in Gen.Int[1, 3].Select(kind => (ClientWork)kind)
        from round in Gen.Int[0, 1000]
        from rate in Gen.Double[0, 1]
        let network = mask.Units?.Network ?? units.Network
        let used = mask.Units is null ? Mask.Dense(network.Layout) : mask
        select (new ClientTask(work, round, rate, Masks.Values(network.Layout, seed), used), network);

    [Fact]
    public void A_task_comes_back_as_the_small_model_to_the_bit() => Tasks.Sample(sample =>
    {
        var (task, network) = sample;

        var (small, back) = ModelCodec.DecodeTask(ModelCodec.Encode(task), network);

        Assert.Equal((task.Work, task.Round, task.LearningRate), (back.Work, back.Round, back.LearningRate));
        Assert.Equal((task.Mask.Units?.Small ?? network).Layout, small.Layout);
        Assert.Equal(task.Mask.SmallValues, back.Mask.Values);
        Assert.Equal(task.Mask.Shrink(task.Weights).Sha256(), back.Weights.Sha256());
    });

    [Fact]
    public void What_a_client_returns_expands_to_the_full_vector_to_the_bit() => Tasks.Sample(sample =>
    {
        var (task, network) = sample;
        var (_, received) = ModelCodec.DecodeTask(ModelCodec.Encode(task), network);
        var reply = new ClientReply
        {
            Client = 7,
            Examples = 12,
            TrainSamples = 1L << 40,
            Seconds = new ClientSeconds(0.5, 60, 0.25),
            Trained = new ClientFigures(12, Values(("loss", 0.1), ("auroc", null))),
        };

        var back = ModelCodec.DecodeReply(ModelCodec.Encode(reply, received.Mask.Values, received.Weights.Values));

        Assert.Equal((7, 12, 1L << 40, null), (back.Client, back.Examples, back.TrainSamples, back.Failure));
        Assert.Equal(reply.Seconds, back.Seconds);
        Assert.Equal(reply.Trained.Values, back.Trained!.Values);
        Assert.Null(back.HeldOut);
        Assert.Equal(task.Mask.Apply(task.Weights).Sha256(), task.Mask.Expand(back.Values).Sha256());
    });

    [Fact]
    public void Only_kept_values_cross_the_wire()
    {
        var network = new NetworkBuilder("n", new SampleShape(64, 1, 1)).Flatten().Linear(1000).Linear(1).Build(1); // 64,000 + 1,000 + 1,000 + 1
        var weights = Weights.Zeros(network.Layout);
        var half = Selection.Of([.. Enumerable.Range(0, 1000).Select(unit => unit < 500)]);
        var units = new Units(network, [.. network.Groups.Select(group => group.IsFixed ? Selection.All(group.Width) : half)]);
        int Length(Mask mask) => ModelCodec.Encode(new ClientTask(ClientWork.Train, 1, 0, weights, mask)).Length;

        var single = Mask.OfWeights(network.Layout, Selection.Highest(weights.Values, 13_000));

        Assert.Equal(42 + 66_001 * 4, Length(Mask.Dense(network.Layout)));            // header 8, settings 26, checksum 8
        Assert.Equal(42 + 13_000 * 4 + 8_251, Length(single));                        // a bit per parameter: 66,001 / 8
        Assert.Equal(
            42 + 33_001 * 4 + network.Groups.Sum(group => (group.Width + 7) / 8),      // a bit per unit
            Length(Mask.OfUnits(units, Selection.All(units.Small.Layout.Count))));
    }

    [Fact]
    public void A_damaged_message_is_a_clear_error_and_never_a_wrong_model() =>
        Gen.Select(Tasks, Gen.Double[0, 1], Gen.Int[0, 7], Gen.Bool).Sample((sample, where, bit, cut) =>
        {
            var (task, network) = sample;
            var message = ModelCodec.Encode(task);
            var at = Math.Min((int)(where * message.Length), message.Length - 1);
            if (cut) message = message[..at];
            else message[at] ^= (byte)(1 << bit);

            Assert.Throws<InvalidDataException>(() => ModelCodec.DecodeTask(message, network));
        });

    [Fact]
    public void Noise_is_a_clear_error() => Gen.Byte.Array[0, 200].Sample(noise =>
    {
        Assert.Throws<InvalidDataException>(() => ModelCodec.DecodeTask(noise, Linear(3)));
        Assert.Throws<InvalidDataException>(() => ModelCodec.DecodeReply(noise));
    });

    /// <summary>A sender that computes checksums but lies about everything else.</summary>
    [Fact]
    public void Lies_under_a_good_checksum_are_clear_errors() => Gen.Byte.Array[0, 200].Sample(body =>
    {
        Assert.Throws<InvalidDataException>(() => ModelCodec.DecodeTask(Sealed(MessageKind.Task, body), Linear(3)));
        try
        {
            ModelCodec.DecodeReply(Sealed(MessageKind.Reply, body)); // short bodies may be honest
        }
        catch (InvalidDataException)
        {
        }
    });

    [Fact]
    public void Another_model_is_refused()
    {
        var message = ModelCodec.Encode(new ClientTask(ClientWork.Train, 1, 0, Weights.Zeros(Linear(3).Layout), Mask.Dense(Linear(3).Layout)));

        var e = Assert.Throws<InvalidDataException>(() => ModelCodec.DecodeTask(message, Linear(4)));

        Assert.Contains("another model", e.Message);
    }

    [Fact]
    public void A_later_version_is_refused_by_number()
    {
        var message = ModelCodec.Encode(new ClientTask(ClientWork.Train, 1, 0, Weights.Zeros(Linear(3).Layout), Mask.Dense(Linear(3).Layout)));
        message[4] = 9;

        Assert.Contains("version 9", Assert.Throws<InvalidDataException>(() => ModelCodec.DecodeTask(message, Linear(3))).Message);
    }

    static byte[] Sealed(MessageKind kind, byte[] body)
    {
        var writer = new MessageWriter(kind, body.Length);
        writer.Write(body);
        return writer.Finish();
    }

    static ImmutableSortedDictionary<string, double?> Values(params (string Name, double? Value)[] values) =>
        values.ToImmutableSortedDictionary(pair => pair.Name, pair => pair.Value, StringComparer.Ordinal);

    static Network Linear(int inputs) => new NetworkBuilder("n", new SampleShape(inputs, 1, 1)).Flatten().Linear(1).Build(1);
}
