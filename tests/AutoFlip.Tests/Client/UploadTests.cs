using CsCheck;

namespace AutoFlip.Tests;

public class UploadTests
{
    static readonly Gen<(Mask Mask, Network Network, ulong Seed)> Cases =
        from mask in Masks.OfAll.Where(mask => mask.Units is not null)
        from seed in Gen.ULong
        select (mask, mask.Units!.Network, seed);

    /// <summary>The client's side of a round: what it received, and a trained vector near it.</summary>
    static (SentTask Sent, ReceivedTask Received, float[] Trained) Round(
        Experiment experiment, Mask mask, Network network, ulong seed, int round = 1)
    {
        var sent = new SentTask(experiment, new ClientTask(ClientWork.Train, round, 0.1, Masks.Values(network.Layout, seed), mask));
        var received = TaskCodec.Decode(sent.Whole.Span, ValueFormat.Of(experiment.WireDown), new MaskStore(network), [])!;
        var random = new KeyedRandom(seed + 1);
        var trained = received.Task.Weights.ToArray();
        for (var i = 0; i < trained.Length; i++)
            if (received.Task.Mask.Values[i]) trained[i] += 0.01f * (float)random.NextGaussian();
        return (sent, received, trained);
    }

    static ClientReply Reply(SentTask sent, QuantizedValues values)
    {
        var writer = ReplyCodec.Begin(TaskId.Of(run: 0, round: 1, ClientWork.Train), client: 0);
        values.Write(writer);
        NamedValues.Write(
            writer, ValueFormat.Of(WireFormat.Fp32), new KeptTensors([], 0), ClientOutcome.None.Vectors, ClientOutcome.None.Numbers);
        return sent.Read(ReplyCodec.Finish(writer, new ClientReply { Client = 0 }), client: 0).Reply;
    }

    static float[] Kept(Selection kept, ReadOnlySpan<float> values)
    {
        var result = new float[kept.Kept];
        kept.Gather(values, result);
        return result;
    }

    [Fact]
    public void Float32_both_ways_is_lossless_to_the_bit() => Cases.Sample(one =>
    {
        var (sent, received, trained) = Round(new Experiment(), one.Mask, one.Network, one.Seed);

        var reply = Reply(sent, new Upload(new Experiment(), new VolatileStore()).Update(trained, received, client: 0));

        Assert.Equal(
            Kept(received.Task.Mask.Values, trained).Select(BitConverter.SingleToInt32Bits),
            reply.Values.ToArray().Select(BitConverter.SingleToInt32Bits));
    });

    /// <summary>What the server gets is its own exact vector plus what the client changed, whatever was rounded on the way down.</summary>
    [Fact]
    public void What_rounding_took_on_the_way_down_never_enters_the_servers_model() =>
        Gen.Select(Cases, Gen.Enum<WireFormat>(), Gen.Enum<WireFormat>()).Sample((one, down, up) =>
        {
            var experiment = new Experiment { WireDown = down, WireUp = up };
            var (sent, received, trained) = Round(experiment, one.Mask, one.Network, one.Seed);
            var parameters = one.Mask.Kept;

            var got = Reply(sent, new Upload(experiment, new VolatileStore()).Update(trained, received, client: 0)).Values.ToArray();

            float[] own = Kept(
                one.Mask.Values,
                Masks.Values(one.Network.Layout, one.Seed).Values), start = Kept(received.Task.Mask.Values, received.Task.Weights.Values);
            var end = Kept(received.Task.Mask.Values, trained);
            // differences stay below six deviations of 0.01
            var step = up == WireFormat.Int8 ? 0.06f / 127 : 1e-4f;
            for (var i = 0; i < parameters; i++) Assert.Equal(own[i] + (end[i] - start[i]), got[i], step);
            Assert.Equal(end[parameters..], got[parameters..]);                                                 // statistics, as they are
        });

    [Fact]
    public void What_8_bits_lose_is_what_the_client_keeps() => Cases.Sample(one =>
    {
        var experiment = new Experiment { WireUp = WireFormat.Int8 };
        var store = new VolatileStore();
        var upload = new Upload(experiment, store);
        var (_, received, trained) = Round(experiment, one.Mask, one.Network, one.Seed);
        var kept = received.Mask.SentParameters;
        var before = new KeptVector(
            kept, Masks.Values(one.Network.Layout, one.Seed + 9).Values[..kept.Kept].ToArray().Select(value => 1e-4f * value).ToArray());
        store.Save(client: 0, Upload.ResidualName, round: 0, before);

        var sent = upload.Update(trained, received, client: 0).Values(received.Mask.Tensors);

        var after = store.Before(client: 0, Upload.ResidualName, round: 2)!;
        float[] start = Kept(received.Task.Mask.Values, received.Task.Weights.Values), end = Kept(received.Task.Mask.Values, trained);
        for (var i = 0; i < kept.Kept; i++)
        {
            var due = end[i] - start[i] + before.Values.Span[i];
            // an ulp
            Assert.Equal(
                due, sent[i] + after.Values.Span[i], Math.BitIncrement(MathF.Abs(due)) - MathF.Abs(due) + MathF.Abs(sent[i]) * 1e-7f);
        }
    });

    /// <summary>A client that always means the same small difference: with its residual the sum of what it sent follows
    /// the sum of what it meant.</summary>
    [Fact]
    public void Error_feedback_lets_nothing_pile_up()
    {
        const int Rounds = 50;
        var experiment = new Experiment { WireUp = WireFormat.Int8 };
        var (upload, network) = (new Upload(experiment, new VolatileStore()), TaskCodecTests.Linear(200));
        var mask = Mask.Dense(network.Layout);
        var sum = new float[network.Layout.Count];
        float[] meant = [1, .. Enumerable.Range(1, network.Layout.Count - 1).Select(i => 1e-3f * i / 200)]; // below a step of 1/127
        for (var round = 1; round <= Rounds; round++)
        {
            var task = new ReceivedTask(
                new MaskStore(network).Dense, new ClientTask(ClientWork.Train, round, 0, Weights.Zeros(network.Layout), mask), Id: 0);
            var sent = upload.Update(meant, task, client: 0).Values(task.Mask.Tensors);
            for (var i = 0; i < sum.Length; i++) sum[i] += sent[i];
        }

        // Without feedback the error would be a random walk: up to sqrt(50) / 2 = 3.5 steps. With it, it is one residual: below a step.
        for (var i = 0; i < 200; i++) Assert.InRange(Math.Abs(sum[i] - Rounds * meant[i]), 0, 1.05 / 127);
    }

    [Fact]
    public void The_same_seed_gives_the_same_bytes_and_another_client_others() => Gen.Enum<WireFormat>().Sample(up =>
    {
        var experiment = new Experiment { WireUp = up, WireDown = up };
        var network = TaskCodecTests.Linear(500);
        byte[] Bytes(int client)
        {
            var (sent, received, trained) = Round(experiment, Mask.Dense(network.Layout), network, 5);
            var writer = ReplyCodec.Begin(received.Id, 0);
            new Upload(experiment, new VolatileStore()).Update(trained, received, client).Write(writer);
            return [.. sent.Whole.Span, .. writer.Written.Span];
        }

        Assert.Equal(Bytes(1), Bytes(1));
        if (up == WireFormat.Int8) Assert.NotEqual(Bytes(1), Bytes(2));
    });
}
