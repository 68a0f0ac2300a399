using CsCheck;

namespace AutoFlip.Tests;

public class SequenceStoreTests
{
    [Theory]
    [InlineData(2)]
    [InlineData(256)]
    [InlineData(257)]
    [InlineData(65536)]
    [InlineData(65537)]
    [InlineData(1 << 24)]
    public void What_was_added_is_read(int values) => Gen.Int[0, values - 1].Array[0, 60].Array[1, 20].Sample(sequences =>
    {
        var store = new SequenceStore(values);
        foreach (var sequence in sequences) store.Add(sequence);

        Assert.Equal(sequences.Length, store.Count);
        Assert.Equal(sequences.Max(sequence => sequence.Length), store.LongestLength);
        for (var row = 0; row < sequences.Length; row++)
        {
            var read = new float[store.Length(row)];
            store.Read(row, read);
            Assert.Equal(sequences[row].Select(value => (float)value), read);
        }
    }, iter: 50);

    [Fact]
    public void Blocks_hold_what_does_not_fit_into_one()
    {
        var store = new SequenceStore(256); // a block is 4 MiB: three such sequences take two blocks, and the long one its own
        int[] two = [.. Enumerable.Repeat(2, 2_000_000)], five = [.. Enumerable.Repeat(5, 5_000_000)];
        foreach (var sequence in (int[][])[two, two, [7], two, five, [9]]) store.Add(sequence);

        Assert.Every(store.Bytes(3).ToArray(), value => Assert.Equal(2, value));
        Assert.Equal((2, 7, 5, 9), (store.Bytes(1)[^1], store.Bytes(2)[0], store.Bytes(4)[4_999_999], store.Bytes(5)[0]));
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(80)]
    public void A_value_out_of_range_is_a_mistake_of_the_caller(int value) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new SequenceStore(80).Add([0, value]));

    [Fact]
    public void Token_sets_pad_before_and_keep_the_order_they_are_given()
    {
        var store = new SequenceStore(10);
        foreach (var sequence in (int[][])[[1, 2, 3], [], [4]]) store.Add(sequence);
        var set = new TokenSet(store, 3, Targets.Classes([0, 1, 0]), [2, 0, 1]);
        var values = new float[9];

        set.Read([1, 2, 0], values, null);

        Assert.Equal([1, 2, 3, 0, 0, 0, 0, 0, 4], values);
        new TokenSet(store, 3, Targets.Classes([0, 1, 0])) { PaddingBehind = true }.Read([1, 2, 0], values, null);
        Assert.Equal([0, 0, 0, 4, 0, 0, 1, 2, 3], values);
        Assert.Equal((10, new SampleShape(3, 1, 1)), (set.Vocabulary, set.Shape));
        Assert.Throws<ArgumentException>(() => new TokenSet(store, 2, Targets.Classes([0, 1, 0])));
        Assert.Throws<ArgumentException>(() => new TokenSet(store, 3, Targets.Classes([0, 1])));
    }
}
