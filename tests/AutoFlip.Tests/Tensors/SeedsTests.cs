using CsCheck;

namespace AutoFlip.Tests;

public class SeedsTests
{
    /// <summary>First numbers of each purpose's stream for run 1, round 2, client 3, part 4. They are part of every published result: a
    /// change here means that no earlier run can be repeated. Worked out in Python from the documented rule.</summary>
    public static readonly TheoryData<Purpose, ulong> First = new()
    {
        { Purpose.Initialization, 0x28FF2A513616AE24 },
        { Purpose.Partition, 0x66DDD3AFECDDD265 },
        { Purpose.HoldOut, 0x0C687397AA61B6C5 },
        { Purpose.Cohort, 0x5B8B86DA5D68C392 },
        { Purpose.Explorers, 0x79FB19464B36728B },
        { Purpose.Shuffle, 0xBBBC0DD34B0D64E2 },
        { Purpose.Augmentation, 0x57BD4DE8EF5D4564 },
        { Purpose.Dropout, 0x9D65CCCB56574FBD },
        { Purpose.RandomMask, 0x36EEC583A12A953E },
        { Purpose.EvaluationSample, 0x1738F492C375A2BE },
        { Purpose.SubModelRate, 0x9E9F5A65B1120575 },
        { Purpose.SubModelUnits, 0x23E8C8D3F2151A6B },
        { Purpose.Quantization, 0x128601DA48D880A4 },
        { Purpose.Straggler, 0x4DD5A40B390AC40A },
        { Purpose.PrunerDraws, 0x5555516AFA447CCE },
    };

    [Fact]
    public void Every_purpose_has_its_row() => Assert.Equal(Enum.GetValues<Purpose>(), First.Select(row => row.Data.Item1));

    [Theory, MemberData(nameof(First))]
    public void Streams_never_change(Purpose purpose, ulong first) => Assert.Equal(first, new Seeds(1).For(purpose, 2, 3, 4).NextUInt64());

    [Fact]
    public void Streams_without_round_and_client_and_of_extreme_runs_never_change()
    {
        Assert.Equal(0xC85E3D81F0A1F7EDUL, new Seeds(1).For(Purpose.Initialization).NextUInt64());
        Assert.Equal(0x2727D428C49C86E3UL, new Seeds(ulong.MaxValue).For(Purpose.PrunerDraws, 200, 19, 4).NextUInt64());
    }

    static readonly Gen<(ulong Run, Purpose Purpose, int Round, int Client, int Part)> Arguments = Gen.Select(
        Gen.ULong, Gen.Enum<Purpose>(), Gen.Int[0, 1000], Gen.Int[0, 1000], Gen.Int[0, 100]);

    [Fact]
    public void Changing_one_argument_changes_the_stream() =>
        Arguments.Sample(a =>
        {
            var seeds = new Seeds(a.Run);
            var stream = seeds.For(a.Purpose, a.Round, a.Client, a.Part).NextUInt64();

            return stream != new Seeds(a.Run + 1).For(a.Purpose, a.Round, a.Client, a.Part).NextUInt64()
                && stream != seeds.For((Purpose)((int)a.Purpose % 20 + 1), a.Round, a.Client, a.Part).NextUInt64()
                && stream != seeds.For(a.Purpose, a.Round + 1, a.Client, a.Part).NextUInt64()
                && stream != seeds.For(a.Purpose, a.Round, a.Client + 1, a.Part).NextUInt64()
                && stream != seeds.For(a.Purpose, a.Round, a.Client, a.Part + 1).NextUInt64();
        });

    [Fact]
    public void All_streams_of_a_run_differ()
    {
        var seeds = new Seeds(1);

        var first =
            from purpose in Enum.GetValues<Purpose>()
            from round in Enumerable.Range(0, 15)
            from client in Enumerable.Range(0, 15)
            from part in Enumerable.Range(0, 5)
            select seeds.For(purpose, round, client, part).NextUInt64();

        Assert.Equal(Enum.GetValues<Purpose>().Length * 15 * 15 * 5, first.Distinct().Count());
    }

    [Fact]
    public void Streams_start_anew_and_do_not_depend_on_each_other()
    {
        var seeds = new Seeds(1);
        var alone = Take(seeds.For(Purpose.Shuffle, 1, 2));

        var one = seeds.For(Purpose.Shuffle, 1, 2);
        var other = seeds.For(Purpose.Shuffle, 1, 3);
        var interleaved = new ulong[alone.Length];
        for (var i = 0; i < interleaved.Length; i++)
        {
            interleaved[i] = one.NextUInt64();
            other.NextGaussian();
        }

        Assert.Equal(alone, interleaved);
    }

    [Fact]
    public void Streams_are_the_same_on_any_thread()
    {
        var seeds = new Seeds(7);
        var here = Take(seeds.For(Purpose.Dropout, 3, 4));
        ulong[]? there = null;

        var thread = new Thread(() => there = Take(seeds.For(Purpose.Dropout, 3, 4)));
        thread.Start();
        thread.Join();

        Assert.Equal(here, there);
    }

    static ulong[] Take(KeyedRandom random) => [.. Enumerable.Range(0, 20).Select(_ => random.NextUInt64())];
}
