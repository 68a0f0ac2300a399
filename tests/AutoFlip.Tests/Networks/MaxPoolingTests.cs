using System.Runtime.InteropServices;
using CsCheck;
using TorchSharp;
using static TorchSharp.torch;

namespace AutoFlip.Tests;

/// <summary>Our max pooling beside torch's.</summary>
public class MaxPoolingTests
{
    /// <summary>Few values, so that windows hold ties, and everything that compares in a special way.</summary>
    static readonly float[] Values = [-2, -1, -0f, 0, 0, 1, 1, 2, float.NegativeInfinity, float.PositiveInfinity, float.NaN];

    static readonly Gen<(int Count, int Channels, int Height, int Width, int Kernel, int Gap, int Padding)> Cases = Gen.Select(
        Gen.Int[1, 3], Gen.Int[8, 35], Gen.Int[0, 9], Gen.Int[0, 9], Gen.Frequency((8, Gen.Int[1, 4]), (1, Gen.Const(15))), Gen.Int[0, 2],
        Gen.Int[0, 7],
        (count, channels, height, width, kernel, gap, padding) => (
            count, channels, kernel + height, kernel + width, kernel, gap, Math.Min(padding, kernel / 2)));

    [Fact]
    public void It_gives_the_bits_of_torch_forwards_and_backwards() =>
        Gen.Select(Cases, Gen.Bool, Gen.Bool, Gen.UInt).Sample((one, narrow, finite, seed) =>
    {
        using var scope = NewDisposeScope();
        var random = new KeyedRandom(seed);
        var type = narrow ? ScalarType.BFloat16 : ScalarType.Float32;
        var input = ChannelsLast(one.Count, one.Channels, one.Height, one.Width, random, finite ? Values[..8] : Values, type);
        var (mine, torchs) = (input.detach().requires_grad_(), input.detach().requires_grad_());

        var got = MaxPooling.TryRun(mine, one.Kernel, one.Kernel + one.Gap, one.Padding)!;
        var want = Torch(torchs, one.Kernel, one.Kernel + one.Gap, one.Padding);
        var shape = want.shape;
        var gradient = ChannelsLast((int)shape[0], (int)shape[1], (int)shape[2], (int)shape[3], random, Values, type);
        got.backward([gradient]);
        want.backward([gradient]);
        var evaluated = MaxPooling.TryRun(input, one.Kernel, one.Kernel + one.Gap, one.Padding)!;

        Assert.Equal(shape, got.shape);
        Assert.Equal(want.stride(), got.stride());
        Assert.Equal(Bits(want), Bits(got));
        Assert.Equal(Bits(want), Bits(evaluated));
        Assert.Equal(Bits(torchs.grad!), Bits(mine.grad!));
    });

    /// <summary>A rectifier's zero has no sign that anybody could rely on, so numbers are compared and not bits.</summary>
    [Fact]
    public void Rectifying_in_the_same_pass_equals_a_rectifier_before_or_after() =>
        Gen.Select(Cases, Gen.Bool, Gen.UInt).Sample((one, narrow, seed) =>
    {
        using var scope = NewDisposeScope();
        var random = new KeyedRandom(seed);
        var type = narrow ? ScalarType.BFloat16 : ScalarType.Float32;
        var stride = one.Kernel + one.Gap;
        var input = ChannelsLast(one.Count, one.Channels, one.Height, one.Width, random, Values[..^1], type);
        var (mine, after, before) = (input.detach().requires_grad_(), input.detach().requires_grad_(), input.detach().requires_grad_());

        Tensor[] outputs =
        [
            MaxPooling.TryRun(mine, one.Kernel, stride, one.Padding, rectifies: true)!,
            Torch(after, one.Kernel, stride, one.Padding).relu_(),
            Torch(before.relu(), one.Kernel, stride, one.Padding),
        ];
        var shape = outputs[0].shape;
        var gradient = ChannelsLast((int)shape[0], (int)shape[1], (int)shape[2], (int)shape[3], random, Values, type);
        foreach (var output in outputs) output.backward([gradient]);

        Assert.Equal(Numbers(outputs[1]), Numbers(outputs[0]));
        Assert.Equal(Numbers(outputs[2]), Numbers(outputs[0]));
        Assert.Equal(Numbers(after.grad!), Numbers(mine.grad!));
        Assert.Equal(Numbers(before.grad!), Numbers(mine.grad!));
    });

    [Fact]
    public void A_rectifier_lets_not_a_number_through_and_its_gradient_too()
    {
        using var scope = NewDisposeScope();
        var input = full([1, 8, 2, 2], float.NaN).contiguous().as_strided([1, 8, 2, 2], [32, 1, 16, 8]).requires_grad_();

        var output = MaxPooling.TryRun(input, 2, 2, 0, rectifies: true)!;
        output.backward([ones_like(output)]);

        Assert.Every(Numbers(output), value => Assert.True(float.IsNaN(value)));
        Assert.Equal(8, Numbers(input.grad!).Sum()); // one pixel of each channel: the last of its window
    }

    public static TheoryDataRow<string>[] Left => ["overlapping windows", "large windows", "few channels", "channels outermost", "doubles"];

    [Theory, MemberData(nameof(Left))]
    public void Other_cases_are_left_to_torch(string what)
    {
        using var scope = NewDisposeScope();
        Tensor Images(int channels, ScalarType type = ScalarType.Float32) =>
            ChannelsLast(2, channels, 20, 20, new KeyedRandom(1), Values, type);

        Assert.Null(what switch
        {
            "overlapping windows" => MaxPooling.TryRun(Images(8), 3, 2, 1),
            "large windows" => MaxPooling.TryRun(Images(8), 16, 16, 0),
            "few channels" => MaxPooling.TryRun(Images(7), 2, 2, 0),
            "channels outermost" => MaxPooling.TryRun(Images(8).contiguous(), 2, 2, 0),
            _ => MaxPooling.TryRun(Images(8, ScalarType.Float64), 2, 2, 0),
        });
        Assert.NotNull(MaxPooling.TryRun(Images(8), 2, 2, 0)); // else the test says nothing
    }

    [Fact]
    public void The_next_layer_may_overwrite_its_output()
    {
        using var scope = NewDisposeScope();
        var input = ChannelsLast(2, 9, 6, 6, new KeyedRandom(1), Values[..8], ScalarType.Float32).requires_grad_();
        var output = MaxPooling.TryRun(input, 2, 2, 0)!;
        var maxima = Numbers(output);

        output.relu_().sum().backward();

        Assert.Equal(maxima.Count(value => value > 0), Numbers(input.grad!).Sum());
    }

    [Theory, InlineData(false), InlineData(true)]
    public void Nothing_is_left_behind(bool backwards)
    {
        void Step()
        {
            using var scope = NewDisposeScope();
            var input = ChannelsLast(2, 9, 6, 6, new KeyedRandom(1), Values, ScalarType.Float32).requires_grad_();
            var sum = MaxPooling.TryRun(input * input, 2, 2, 0)!.sum();
            if (backwards) sum.backward();
        }
        Step();
        var before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;

        for (var i = 0; i < 10; i++) Step();

        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    [Fact]
    public void Threads_do_not_disturb_each_other()
    {
        static float[] Train(uint seed)
        {
            using var scope = NewDisposeScope();
            var random = new KeyedRandom(seed);
            var sum = new float[2 * 9 * 36];
            for (var i = 0; i < 50; i++)
            {
                using var inner = NewDisposeScope();
                var input = ChannelsLast(2, 9, 6, 6, random, Values[..8], ScalarType.Float32).requires_grad_();
                var twice = MaxPooling.TryRun(MaxPooling.TryRun(input, 2, 2, 1)!, 2, 2, 0)!;
                (twice * twice).sum().backward();
                foreach (var (index, value) in Numbers(input.grad!).Index()) sum[index] += value;
            }
            return sum;
        }
        float[][] want = [Train(1), Train(2)], got = new float[2][];

        var threads = Enumerable.Range(0, 2).Select(i => new Thread(() => got[i] = Train((uint)i + 1))).ToList();
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());

        Assert.Equal(want, got);
    }

    static Tensor Torch(Tensor input, int kernel, int stride, int padding) =>
        nn.functional.max_pool2d(input, [kernel, kernel], [stride, stride], [padding, padding]);

    static Tensor ChannelsLast(int count, int channels, int height, int width, KeyedRandom random, float[] from, ScalarType type) =>
        tensor(
            Enumerable.Range(0, count * channels * height * width).Select(_ => from[random.Next(from.Length)]).ToArray(),
            [count, height, width, channels])
            .to_type(type).permute(0, 3, 1, 2);

    static float[] Numbers(Tensor values) =>
        MemoryMarshal.Cast<byte, float>(values.detach().to_type(ScalarType.Float32).contiguous().bytes).ToArray();

    /// <summary>Of the numbers as float32; all NaNs are one.</summary>
    static int[] Bits(Tensor values) =>
        Array.ConvertAll(Numbers(values), value => float.IsNaN(value) ? -1 : BitConverter.SingleToInt32Bits(value));
}
