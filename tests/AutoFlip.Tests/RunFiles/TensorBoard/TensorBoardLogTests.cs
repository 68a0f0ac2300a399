using System.Collections.Immutable;
using System.Text;
using CsCheck;

namespace AutoFlip.Tests;

public sealed class TensorBoardLogTests : IDisposable
{
    readonly TemporaryDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    string Own => _folder["tensorboard/" + TensorBoardLog.FileName];

    string Weighted => _folder["tensorboard/Weighted Average/" + TensorBoardLog.FileName];

    void Write(IEnumerable<RoundReport> rounds, bool wanted = true, params RoundReport[] before)
    {
        using var log = new TensorBoardLog(wanted);
        log.Started(Reports.Start(_folder.Path, before));
        foreach (var round in rounds) log.RoundDone(round);
    }

    static IEnumerable<RoundReport> Rounds(int first, int last) => Enumerable.Range(first, last - first + 1).Select(Reports.Round);

    static Dictionary<string, float> Values(EventFileReader.Event happened) =>
        happened.Values.ToDictionary(value => value.Tag, value => value.Value);

    /// <summary>RFC 3720's check value, and what two independent ways of computing say of anything.</summary>
    [Fact]
    public void Checksums_are_CRC_32C()
    {
        Assert.Equal(0xE3069283u, EventFileReader.Crc32C("123456789"u8));
        Assert.Equal(0xE3069283u, TfRecord.Crc32C("123456789"u8));
        Gen.Byte.Array[0, 40].Sample(data => TfRecord.Crc32C(data) == EventFileReader.Crc32C(data));
    }

    [Fact]
    public void A_file_begins_with_its_version_and_has_an_event_per_round()
    {
        Write(Rounds(1, 3));

        foreach (var path in (string[])[Own, Weighted])
        {
            var events = EventFileReader.Read(path);

            Assert.Equal([0, 1, 2, 3], events.Select(e => e.Step));
            Assert.Equal(["brain.Event:2", null, null, null], events.Select(e => e.FileVersion));
            Assert.Contains("tfevents", path, StringComparison.Ordinal);
        }
    }

    /// <summary>Round n ends 10 n + 0.25 seconds after 2026-01-02 14:00 UTC, which is 1,767,362,400 seconds after
    /// 1970; round 1 took 2.5 s.</summary>
    [Fact]
    public void Wall_times_are_those_of_the_rounds()
    {
        Write(Rounds(1, 2));

        Assert.Equal([1_767_362_410.25 - 2.5, 1_767_362_410.25, 1_767_362_420.25], EventFileReader.Read(Own).Select(e => e.WallTime));
    }

    [Fact]
    public void Figures_that_the_reference_has_are_under_its_tags()
    {
        Write(Rounds(1, 2));

        var (own, weighted) = (Values(EventFileReader.Read(Own)[2]), Values(EventFileReader.Read(Weighted)[2]));

        // Equal means are the weighted ones plus a half for the loss, half as much for acc1, the same for f1: see Reports.Means.
        (string Tag, double Equal, double Weighted)[] clients =
        [
            ("Local Training Loss", 1, 0.5), ("Local Training Acc1", 0.25, 0.5), ("Local Training F1", 0.25, 0.25),
            ("Local Test Loss(In)", 2.5, 2), ("Local Test Acc1(In)", 0.375, 0.75), ("Local Test F1(In)", 0.5, 0.5),
            ("Local Test Loss(Out)", 3.5, 3), ("Local Test Acc1(Out)", 0.125, 0.25), ("Local Test F1(Out)", 0.125, 0.125),
            ("Generalization Gap (Loss)", 2, 1), ("Generalization Gap (Acc1)", -0.25, -0.5),
        ];
        Assert.Every(clients, figure => Assert.Equal((figure.Equal, figure.Weighted), (own[figure.Tag], weighted[figure.Tag])));
        Assert.Equal(clients.Length, weighted.Count);
        Assert.Equal((1.5f, 0.625f, 0.375f), (own["Server Loss"], own["Server Acc1"], own["Server F1"]));
    }

    [Fact]
    public void Figures_of_our_own_have_a_heading()
    {
        Write(Rounds(1, 2));

        var values = Values(EventFileReader.Read(Own)[2]);

        Dictionary<string, double> ours = new()
        {
            ["Model/density"] = 0.75,
            ["Model/trained parameters"] = 900,
            ["Model/multiply-accumulates per sample"] = 3_000,
            ["Traffic/bytes"] = 10_000,
            ["Traffic/bytes of rounds (cumulative)"] = 20_000,
            ["Training/learning rate"] = 0.125,
            ["Training/samples"] = 1_000,
            ["Training/failed clients"] = 1,
            ["Time/round seconds"] = 2.5,
            ["Time/mask seconds"] = 0.5,
            ["Time/fold seconds"] = 0.25,
            ["Time/evaluation seconds"] = 1,
            ["Time/clients' training seconds"] = 4,
            ["Memory/peak bytes"] = 1 << 30,
            ["Layer density/features.0"] = 0.25,
            ["Layer norm/features.0"] = 4,
            ["Layer distance from start/features.0"] = 2,
        };
        Assert.Every(ours, figure => Assert.Equal(figure.Value, values[figure.Key]));
        Assert.Equal(ours.Keys.Order(), values.Keys.Where(tag => tag.Contains('/', StringComparison.Ordinal)).Order());
    }

    [Fact]
    public void What_is_not_evaluated_not_defined_or_not_finite_has_no_point()
    {
        var report = Reports.Round(1) with
        {
            ClientsUpdated = ImmutableSortedDictionary<string, MetricSummary>.Empty.Add("loss", new(double.NaN, double.PositiveInfinity, 0))
                .Add("auroc", new(null, null, null)),
            ClientsEvaluatedIn = null,
        };

        Write([report]);

        Assert.DoesNotContain(EventFileReader.Read(Own)[1].Values, value => !value.Tag.Contains('/', StringComparison.Ordinal));
        Assert.Empty(EventFileReader.Read(Weighted)[1].Values);
    }

    /// <summary>A kill leaves any beginning of the file; a resumed run knows the rounds that count.</summary>
    [Fact]
    public void A_file_cut_anywhere_and_resumed_anywhere_is_that_of_an_unbroken_run()
    {
        Write(Rounds(1, 6));
        var (own, weighted) = (File.ReadAllBytes(Own), File.ReadAllBytes(Weighted));

        Gen.Select(Gen.Int[0, own.Length], Gen.Int[0, weighted.Length], Gen.Int[0, 6]).Sample((cut, other, done) =>
        {
            File.WriteAllBytes(Own, own[..cut]);
            File.WriteAllBytes(Weighted, weighted[..other]);
            Write(Rounds(done + 1, 6), wanted: false, [.. Rounds(1, done)]); // files that are there are gone on with
            return own.AsSpan().SequenceEqual(File.ReadAllBytes(Own)) && weighted.AsSpan().SequenceEqual(File.ReadAllBytes(Weighted));
        }, iter: 200, threads: 1);
    }

    [Fact]
    public void Rounds_that_do_not_count_any_more_and_damaged_bytes_are_replaced()
    {
        Write(Rounds(1, 4));
        var whole = File.ReadAllBytes(Own);
        var damaged = (byte[])whole.Clone();
        damaged[^20] ^= 1;
        File.WriteAllBytes(Own, [.. damaged, .. Encoding.UTF8.GetBytes("something else")]);

        Write(Rounds(4, 4), wanted: true, [.. Rounds(1, 3)]);

        Assert.Equal(whole, File.ReadAllBytes(Own));
    }

    [Fact]
    public void A_run_of_which_all_rounds_are_done_gets_its_files_later()
    {
        Write(Rounds(1, 3));
        var want = File.ReadAllBytes(Own);
        Directory.Delete(_folder["tensorboard"], recursive: true);

        Write([], wanted: true, [.. Rounds(1, 3)]);

        Assert.Equal(want, File.ReadAllBytes(Own));
    }

    [Fact]
    public void Nothing_is_written_where_nothing_was_asked_for()
    {
        Write(Rounds(1, 2), wanted: false);

        Assert.Empty(_folder.Files);
    }

    [Fact]
    public void A_round_can_be_read_as_soon_as_it_is_done()
    {
        using var log = new TensorBoardLog(wanted: true);
        log.Started(Reports.Start(_folder.Path));
        log.RoundDone(Reports.Round(1));

        using var shared = new FileStream(Own, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        Assert.True(shared.Length > 0);
    }
}
