using CsCheck;

namespace AutoFlip.Tests;

public class TaskCodecTests
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
        let evaluates = work == ClientWork.Evaluate // needs no learning rate, and is the only work that needs a cut-off
        select (
            new ClientTask(
                work, round, evaluates ? 0 : rate, Masks.Values(network.Layout, seed), used)
            { CutOff = evaluates ? (float)rate : 0 },
            network);

    static readonly Gen<WireFormat> Formats = Gen.Enum<WireFormat>();

    static SentTask Sent(ClientTask task, WireFormat down = WireFormat.Fp32) => new(new Experiment { WireDown = down }, task);

    static ReceivedTask? Decode(ReadOnlyMemory<byte> message, Network network, WireFormat down = WireFormat.Fp32) =>
        TaskCodec.Decode(message.Span, ValueFormat.Of(down), new MaskStore(network), []);

    [Fact]
    public void A_task_comes_back_as_the_small_model_to_the_bit() => Tasks.Sample(sample =>
    {
        var (task, network) = sample;

        var (mask, back, id) = Decode(Sent(task).Whole, network)!;

        Assert.Equal(TaskId.Of(run: 0, task.Round, task.Work), id);
        Assert.Equal((task.Work, task.Round, task.LearningRate, task.CutOff), (back.Work, back.Round, back.LearningRate, back.CutOff));
        Assert.Equal((task.Mask.Units?.Small ?? network).Layout, mask.Small.Layout);
        Assert.Equal(task.Mask.SmallValues, back.Mask.Values);
        Assert.Equal(task.Mask.KeptParameters(), mask.SentParameters);
        Assert.Equal(task.Mask.Shrink(task.Weights).Sha256(), back.Weights.Sha256());
    });

    [Fact]
    public void Statistics_come_back_to_the_bit_in_every_format() => Gen.Select(Tasks, Formats).Sample((sample, format) =>
    {
        var (task, network) = sample;

        var back = Decode(Sent(task, format).Whole, network, format)!.Task;

        Assert.Equal(task.Mask.Shrink(task.Weights).Statistics, back.Weights.Statistics);
    });

    [Fact]
    public void A_task_by_reference_says_the_same_in_fewer_bytes() => Gen.Select(Tasks, Formats).Sample((sample, format) =>
    {
        var (task, network) = sample;
        var (sent, masks) = (Sent(task, format), new MaskStore(network));

        var first = TaskCodec.Decode(sent.Whole.Span, ValueFormat.Of(format), masks, [])!;
        var second = TaskCodec.Decode(sent.ByReference.Span, ValueFormat.Of(format), masks, [])!;

        Assert.Equal(first.Task.Weights.Sha256(), second.Task.Weights.Sha256());
        Assert.Same(first.Mask, second.Mask);
        Assert.Equal(sent.Mask is null, sent.Whole.Length == sent.ByReference.Length);
        Assert.True(sent.ByReference.Length <= sent.Whole.Length);
    });

    [Fact]
    public void A_reference_to_a_mask_that_is_not_there_is_no_task() => Tasks.Sample(sample =>
    {
        var (task, network) = sample;

        var received = Decode(Sent(task).ByReference, network);

        Assert.Equal(task.Mask.Units is null && task.Mask.IsDense, received is not null);
    });

    [Fact]
    public void Only_kept_values_cross_the_wire()
    {
        // 64,000 + 1,000 + 1,000 + 1
        var network = new NetworkBuilder("n", new SampleShape(64, 1, 1)).Flatten().Linear(1000).Linear(1).Build(1);
        var random = new KeyedRandom(1);
        var values = new float[network.Layout.Count];
        // noise: nothing to compress
        foreach (ref var value in values.AsSpan()) value = BitConverter.UInt32BitsToSingle((uint)random.NextUInt64());
        var weights = new Weights(network.Layout, values);
        var half = Selection.Of([.. Enumerable.Range(0, 1000).Select(unit => unit < 500)]);
        var units = new Units(network, [.. network.Groups.Select(group => group.IsFixed ? Selection.All(group.Width) : half)]);
        SentTask Of(Mask mask) => Sent(new ClientTask(ClientWork.Train, 1, 0, weights, mask));

        var single = Of(Mask.OfWeights(network.Layout, Selection.Highest(Masks.Values(network.Layout, 2).Values, 33_000)));
        var whole = Of(Mask.OfUnits(units, Selection.All(units.Small.Layout.Count)));

        // Header 8, task 16, work 1, round 4, rate 8, model 8, form 1, format 1, a byte for each of four planes, two
        // counts of what is named, checksum 8.
        Assert.Equal(61 + 4 * 66_001, Of(Mask.Dense(network.Layout)).Whole.Length);
        Assert.Equal(61 + 16 + 4 * 33_000, single.ByReference.Length);                                     // the hash
        // a bit per parameter: 66,001 / 8
        Assert.Equal(61 + 16 + 4 * 33_000 + 1 + 8_251, single.Whole.Length);
        // at most a bit per unit
        Assert.InRange(whole.Whole.Length - whole.ByReference.Length, 1, 1 + network.Groups.Sum(group => (group.Width + 7) / 8));
        Assert.Equal(61 + 16 + 4 * 33_001, whole.ByReference.Length);
    }

    [Fact]
    public void A_damaged_message_is_a_clear_error_and_never_a_wrong_model() =>
        Gen.Select(Tasks, Formats, Gen.Double[0, 1], Gen.Int[0, 7], Gen.Bool).Sample((sample, format, where, bit, cut) =>
        {
            var (task, network) = sample;
            var message = Sent(task, format).Whole.ToArray();
            var at = Math.Min((int)(where * message.Length), message.Length - 1);
            if (cut) message = message[..at];
            else message[at] ^= (byte)(1 << bit);

            Assert.Throws<InvalidDataException>(() => Decode(message, network, format));
        });

    /// <summary>A sender that computes checksums but damages what is under them.</summary>
    [Fact]
    public void Damage_under_a_good_checksum_is_a_clear_error_or_another_model_of_the_same_size() =>
        Gen.Select(Tasks, Formats, Gen.Double[0, 1], Gen.Byte, Gen.Bool).Sample((sample, format, where, value, cut) =>
        {
            var (task, network) = sample;
            var body = Sent(task, format).Whole.ToArray()[Message.HeaderLength..^Message.ChecksumLength];
            var at = Math.Min((int)(where * body.Length), body.Length - 1);
            if (cut) body = body[..at];
            else body[at] = value;
            try
            {
                var back = Decode(Sealed(MessageKind.Task, body), network, format);
                if (back is not null) Assert.True(back.Task.Weights.Values.Length <= network.Layout.Count);
            }
            catch (InvalidDataException)
            {
            }
        });

    [Fact]
    public void Noise_is_a_clear_error() => Gen.Select(Gen.Byte.Array[0, 200], Formats).Sample((noise, format) =>
    {
        Assert.Throws<InvalidDataException>(() => Decode(noise, Linear(3), format));
        Assert.Throws<InvalidDataException>(() => Decode(Sealed(MessageKind.Task, noise), Linear(3), format));
    });

    [Fact]
    public void A_mask_that_is_not_the_one_it_is_named_is_refused()
    {
        var network = Linear(64);
        var message = Sent(new ClientTask(
            ClientWork.Train, 1, 0, Weights.Zeros(network.Layout),
            Mask.OfWeights(network.Layout, Selection.Highest(new float[65], 30)))).Whole.ToArray();
        message[Message.HeaderLength + 16 + 1 + 4 + 8 + 8 + 1] ^= 1; // the hash's first byte

        var e = Assert.Throws<InvalidDataException>(() =>
            Decode(Sealed(MessageKind.Task, message[Message.HeaderLength..^Message.ChecksumLength]), network));

        Assert.Contains("not the one that it names", e.Message);
    }

    [Fact]
    public void Another_format_than_agreed_is_refused() => Assert.Contains(
        "as Int8 where Fp16 is due",
        Assert.Throws<InvalidDataException>(() =>
            Decode(Sent(Dense(Linear(3)), WireFormat.Int8).Whole, Linear(3), WireFormat.Fp16)).Message);

    [Fact]
    public void Another_model_is_refused() =>
        Assert.Contains(
            "another model", Assert.Throws<InvalidDataException>(() => Decode(Sent(Dense(Linear(3))).Whole, Linear(4))).Message);

    [Fact]
    public void A_later_version_is_refused_by_number()
    {
        var message = Sent(Dense(Linear(3))).Whole.ToArray();
        message[4] = 9;

        Assert.Contains("version 9", Assert.Throws<InvalidDataException>(() => Decode(message, Linear(3))).Message);
    }

    static ClientTask Dense(Network network) => new(ClientWork.Train, 1, 0, Weights.Zeros(network.Layout), Mask.Dense(network.Layout));

    internal static ReadOnlyMemory<byte> Sealed(MessageKind kind, byte[] body)
    {
        var writer = MessageWriter.Begin(kind);
        writer.Write(body);
        return writer.Finish();
    }

    internal static Network Linear(int inputs) => new NetworkBuilder("n", new SampleShape(inputs, 1, 1)).Flatten().Linear(1).Build(1);
}
