using CsCheck;

namespace AutoFlip.Tests;

public class ClientStoreTests
{
    static readonly Gen<Selection> Selections = Gen.Bool.Array[150].Select(kept => Selection.Of(kept));

    static readonly WeightLayout Layout = LayoutOf(150);

    static WeightLayout LayoutOf(int parameters) => WeightLayout.Create([("w", [parameters], TensorRole.Weight)]);

    static KeptVector Of(Selection kept) =>
        new(kept, Enumerable.Range(0, kept.Count).Where(i => kept[i]).Select(i => (float)(i + 1)).ToArray());

    [Fact]
    public void What_two_masks_share_is_added_in_its_place() => Gen.Select(Selections, Selections).Sample((old, now) =>
    {
        var values = new float[now.Kept];

        Of(old).AddTo(now, values);

        // what the mask removed is dropped
        Assert.Equal(Enumerable.Range(0, 150).Where(i => now[i]).Select(i => old[i] ? i + 1f : 0f), values);
    });

    [Fact]
    public void Under_the_same_mask_all_is_added() => Selections.Sample(kept =>
    {
        var values = Enumerable.Repeat(0.5f, kept.Kept).ToArray();

        Of(kept).AddTo(kept, values);

        Assert.Equal(Of(kept).Values.ToArray().Select(value => value + 0.5f), values);
    });

    /// <summary>A client's own model is evaluated with what its training has just saved: on another machine too.</summary>
    [Fact]
    public void Carried_vectors_have_what_was_saved_in_rounds_before_the_one_that_is_asked_for()
    {
        var carried = new CarriedVectors(Layout);
        var (old, now) = (Of(Selection.All(150)), new KeptVector(Selection.All(150), new float[150]));
        carried.Begin(3, [new ClientVector("own", old.ToBytes())]);

        carried.Save(3, "own", 5, now);

        Assert.Equal(old.Values.ToArray(), carried.Before(3, "own", 5)!.Values.ToArray());
        Assert.Equal(now.Values.ToArray(), carried.Before(3, "own", 6)!.Values.ToArray());
        Assert.Equal("own", Assert.Single(carried.End(3)).Name);
    }

    [Fact]
    public void A_store_keeps_a_copy()
    {
        using var folder = new TemporaryDirectory();
        foreach (var store in (IClientStore[])[new VolatileStore(), new ClientFiles(folder.Path, Layout)])
            for (var round = 1; round <= 2; round++) // the second over the first
            {
                var lent = Enumerable.Repeat((float)round, 150).ToArray();
                store.Save(client: 3, "v", round, new(Selection.All(150), lent));
                lent.AsSpan().Clear();

                Assert.Every(store.Before(client: 3, "v", round + 1)!.Values.ToArray(), value => Assert.Equal(round, value));
            }
    }

    [Fact]
    public void A_vector_comes_back_from_its_bytes() => Selections.Sample(kept =>
    {
        var back = KeptVector.FromBytes(Of(kept).ToBytes().Span, Layout);

        Assert.Equal(kept, back.Kept);
        Assert.Equal(Of(kept).Values.ToArray(), back.Values.ToArray());
        Assert.Throws<InvalidDataException>(() => KeptVector.FromBytes(Of(kept).ToBytes().Span, LayoutOf(151)));
    });

    [Fact]
    public void Files_keep_the_last_two_rounds_and_a_round_that_is_done_again_starts_as_the_first_time()
    {
        using var folder = new TemporaryDirectory();
        var files = new ClientFiles(folder.Path, Layout);
        KeptVector Round(int round) => new(Selection.All(150), Enumerable.Repeat((float)round, 150).ToArray());
        float? Before(int round) => new ClientFiles(folder.Path, Layout).Before(client: 3, "v", round)?.Values.Span[0];

        foreach (var round in (int[])[2, 5, 9]) files.Save(client: 3, "v", round, Round(round));
        Assert.Equal([null, null, 5, 9], [Before(2), Before(5), Before(9), Before(10)]); // of 2, 5 and 9 the last two are here
        Assert.Null(new ClientFiles(folder.Path, Layout).Before(client: 4, "v", 10));

        files.Save(client: 3, "v", 9, Round(9));                                              // again, after a kill in round 9
        Assert.Equal(5, Before(9));
        // from an older state: 9 is a future that was not
        files.Save(client: 3, "v", 7, Round(7));
        Assert.Equal([5, 7], [Before(7), Before(100)]);
        Assert.Equal(2, Directory.GetFiles(folder.Path, "*", SearchOption.AllDirectories).Length);
    }

    [Fact]
    public void What_was_kept_in_a_round_that_did_not_count_is_discarded()
    {
        using var folder = new TemporaryDirectory();
        var files = new ClientFiles(folder.Path, Layout);
        KeptVector Round(int round) => new(Selection.All(150), Enumerable.Repeat((float)round, 150).ToArray());
        foreach (var round in (int[])[1, 2]) files.Save(client: 3, "v", round, Round(round));
        files.Save(client: 4, "v", 2, Round(2));

        files.Discard(client: 3, [2]);

        Assert.Equal(1, files.Before(client: 3, "v", 3)?.Values.Span[0]);
        Assert.Equal(2, files.Before(client: 4, "v", 3)?.Values.Span[0]); // another client's
    }

    [Fact]
    public void Of_many_clients_a_thousand_share_a_folder()
    {
        using var folder = new TemporaryDirectory();
        var files = new ClientFiles(folder.Path, Layout);
        foreach (var client in (int[])[9_999, 10_000, 14_999_999]) files.Save(client, "v", 1, Of(Selection.All(150)));

        Assert.Equal(
            ["10k/10000/000001.v", "14999k/14999999/000001.v", "9999/000001.v"],
            Directory.GetFiles(folder.Path, "*", SearchOption.AllDirectories)
                .Select(path => Path.GetRelativePath(folder.Path, path).Replace('\\', '/')).Order(StringComparer.Ordinal));
        Assert.Equal(0, files.StartOf(client: 14_999_999, round: 1));
        Assert.NotNull(files.Before(client: 10_000, "v", round: 2));
    }

    [Fact]
    public void Folders_of_many_clients_as_earlier_versions_made_them_are_used_on()
    {
        using var folder = new TemporaryDirectory();
        var files = new ClientFiles(folder.Path, Layout);
        files.Save(client: 12_345, "v", 1, Of(Selection.All(150)));
        Directory.Move(Path.Combine(folder.Path, "12k", "12345"), Path.Combine(folder.Path, "12345"));

        Assert.NotNull(files.Before(client: 12_345, "v", round: 2));
        files.Save(client: 12_345, "v", 2, Of(Selection.All(150)));
        Assert.Equal(1, files.StartOf(client: 12_345, round: 2));
    }

    [Fact]
    public void A_training_started_from_the_vectors_of_the_round_before_it()
    {
        using var folder = new TemporaryDirectory();
        var files = new ClientFiles(folder.Path, Layout);
        Assert.Null(files.StartOf(client: 3, round: 2)); // it keeps nothing
        foreach (var round in (int[])[2, 5]) files.Save(client: 3, "v", round, Of(Selection.All(150)));

        Assert.Equal(0, files.StartOf(client: 3, round: 2));
        Assert.Equal(2, files.StartOf(client: 3, round: 5));
        Assert.Null(files.StartOf(client: 3, round: 6));
    }

    [Fact]
    public void A_damaged_file_is_named()
    {
        using var folder = new TemporaryDirectory();
        var files = new ClientFiles(folder.Path, Layout);
        files.Save(client: 3, "v", 1, Of(Selection.All(150)));
        var path = Assert.Single(Directory.GetFiles(folder.Path, "*", SearchOption.AllDirectories));
        File.WriteAllBytes(path, File.ReadAllBytes(path)[..^3]);

        Assert.Contains(path, Assert.Throws<AutoFlipException>(() => files.Before(client: 3, "v", 2)).Message);
    }

    [Fact]
    public void A_file_that_another_process_keeps_for_itself_is_named()
    {
        using var folder = new TemporaryDirectory();
        var files = new ClientFiles(folder.Path, Layout);
        files.Save(client: 3, "v", 1, Of(Selection.All(150)));
        var path = Assert.Single(Directory.GetFiles(folder.Path, "*", SearchOption.AllDirectories));
        using var other = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None);

        var failure = Assert.Throws<AutoFlipException>(() => files.Before(client: 3, "v", 2));

        Assert.Equal(ExitCode.BadData, failure.Code);
        Assert.StartsWith($"'{path}' could not be read: ", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_in_place_of_a_clients_folder_fails_the_run_in_one_sentence()
    {
        using var folder = new TemporaryDirectory();
        File.WriteAllText(folder["0003"], "no folder");

        var failure = Assert.Throws<AutoFlipException>(() =>
            new ClientFiles(folder.Path, Layout).Save(client: 3, "v", 1, Of(Selection.All(150))));

        Assert.Equal(ExitCode.RunFailed, failure.Code);
        Assert.StartsWith(
            $"The vector 'v' of client 3 could not be replaced in '{folder["0003"]}': ", failure.Message, StringComparison.Ordinal);
    }
}
