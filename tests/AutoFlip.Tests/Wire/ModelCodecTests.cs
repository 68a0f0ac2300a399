using System.Collections.Immutable;
using CsCheck;

namespace AutoFlip.Tests;

public class ModelCodecTests
{
    static readonly Gen<ClientTask> Tasks =
        from parameters in Gen.Int[1, 200]
        from statistics in Gen.Int[0, 9]
        from values in Gen.Float.Array[parameters + statistics]
        from keep in Gen.Int[0, parameters]
        from scores in Gen.Float[0, 1].Array[parameters]
        from work in Gen.Int[1, 3].Select(kind => (ClientWork)kind)
        from round in Gen.Int[0, 1000]
        from rate in Gen.Double[0, 1]
        select new ClientTask(work, round, rate, new Weights(Layout(parameters, statistics), values), Mask.KeepHighest(scores, keep));

    [Fact]
    public void A_task_comes_back_to_the_bit_with_removed_values_at_zero() => Tasks.Sample(task =>
    {
        var back = ModelCodec.DecodeTask(ModelCodec.Encode(task), task.Weights.Layout);

        Assert.Equal((task.Work, task.Round, task.LearningRate), (back.Work, back.Round, back.LearningRate));
        Assert.Equal(task.Mask, back.Mask);
        Assert.Equal(ServerState.Masked(task.Weights, task.Mask).Sha256(), back.Weights.Sha256());
    });

    [Fact]
    public void A_reply_comes_back_to_the_bit() => Tasks.Sample(task =>
    {
        var reply = new ClientReply
        {
            Client = 7,
            Examples = 12,
            TrainSamples = 1L << 40,
            Trained = new ClientFigures(12, Values(("loss", 0.1), ("auroc", null))),
        };

        var back = ModelCodec.DecodeReply(ModelCodec.Encode(reply, task.Mask, task.Weights.Values));

        Assert.Equal((7, 12, 1L << 40, null), (back.Client, back.Examples, back.TrainSamples, back.Failure));
        Assert.Equal(reply.Trained.Values, back.Trained!.Values);
        Assert.Null(back.HeldOut);
        Assert.Equal(ServerState.Masked(task.Weights, task.Mask).Sha256(), task.Mask.Expand(back.Values, task.Weights.Layout).Sha256());
    });

    [Fact]
    public void Only_kept_values_cross_the_wire()
    {
        var layout = Layout(64_000, 0);
        var weights = Weights.Zeros(layout);
        var fifth = Mask.KeepHighest(weights.Values, 12_800);

        var dense = ModelCodec.Encode(new ClientTask(ClientWork.Train, 1, 0, weights, Mask.Dense(64_000))).Length;
        var sparse = ModelCodec.Encode(new ClientTask(ClientWork.Train, 1, 0, weights, fifth)).Length;

        Assert.Equal(46, dense - 64_000 * 4);                   // header 8, settings 30, checksum 8
        Assert.Equal(46, sparse - 12_800 * 4 - 64_000 / 8);     // and the bitmap
    }

    [Fact]
    public void A_damaged_message_is_a_clear_error_and_never_a_wrong_model() =>
        Gen.Select(Tasks, Gen.Double[0, 1], Gen.Int[0, 7], Gen.Bool).Sample((task, where, bit, cut) =>
        {
            var message = ModelCodec.Encode(task);
            var at = Math.Min((int)(where * message.Length), message.Length - 1);
            if (cut) message = message[..at];
            else message[at] ^= (byte)(1 << bit);

            Assert.Throws<InvalidDataException>(() => ModelCodec.DecodeTask(message, task.Weights.Layout));
        });

    [Fact]
    public void Noise_is_a_clear_error() => Gen.Byte.Array[0, 200].Sample(noise =>
    {
        Assert.Throws<InvalidDataException>(() => ModelCodec.DecodeTask(noise, Layout(3, 0)));
        Assert.Throws<InvalidDataException>(() => ModelCodec.DecodeReply(noise));
    });

    /// <summary>A sender that computes checksums but lies about everything else.</summary>
    [Fact]
    public void Lies_under_a_good_checksum_are_clear_errors() => Gen.Byte.Array[0, 200].Sample(body =>
    {
        Assert.Throws<InvalidDataException>(() => ModelCodec.DecodeTask(Sealed(MessageKind.Task, body), Layout(3, 0)));
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
        var message = ModelCodec.Encode(new ClientTask(ClientWork.Train, 1, 0, Weights.Zeros(Layout(3, 0)), Mask.Dense(3)));

        var e = Assert.Throws<InvalidDataException>(() => ModelCodec.DecodeTask(message, Layout(4, 0)));

        Assert.Contains("another model", e.Message);
    }

    [Fact]
    public void A_later_version_is_refused_by_number()
    {
        var message = ModelCodec.Encode(new ClientTask(ClientWork.Train, 1, 0, Weights.Zeros(Layout(3, 0)), Mask.Dense(3)));
        message[4] = 9;

        Assert.Contains("version 9", Assert.Throws<InvalidDataException>(() => ModelCodec.DecodeTask(message, Layout(3, 0))).Message);
    }

    static byte[] Sealed(MessageKind kind, byte[] body)
    {
        var writer = new MessageWriter(kind, body.Length);
        writer.Write(body);
        return writer.Finish();
    }

    static ImmutableSortedDictionary<string, double?> Values(params (string Name, double? Value)[] values) =>
        values.ToImmutableSortedDictionary(pair => pair.Name, pair => pair.Value, StringComparer.Ordinal);

    static WeightLayout Layout(int parameters, int statistics) => WeightLayout.Create(
        [("w", [parameters], TensorRole.Weight), .. statistics == 0 ? [] : new[] { ("s", ImmutableArray.Create(statistics), TensorRole.Statistic) }]);
}
