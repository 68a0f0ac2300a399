using System.Text;
using CsCheck;

namespace AutoFlip.Tests;

public class LeafFileTests
{
    const string Good = """{"users": ["a", "b"], "num_samples": [2, 1], "user_data": {"a": {"x": [1, 2], "y": [10, 20]}, "b": {"x": [3], "y": [30]}}}""";

    [Fact]
    public void Users_come_with_their_rows()
    {
        var decoder = new Numbers();

        var users = Read(Good, decoder);

        Assert.Equal([new LeafUser("a", 0, 2), new LeafUser("b", 2, 3)], users);
        Assert.Equal([1, 2, 3], decoder.Xs);
        Assert.Equal([10, 20, 30], decoder.Ys);
    }

    [Fact]
    public void Order_of_properties_does_not_matter_and_others_are_passed_over()
    {
        var decoder = new Numbers();

        var users = Read(
            """
            { "user_data": {"b": {"y": [30], "weight": {"deep": [[1, {"x": []}]]}, "x": [3]}, "gone": {"x": [], "y": []}},
              "hierarchies": ["play", "play"], "num_samples": [1], "users": ["b"] }
            """, decoder);

        Assert.Equal([new LeafUser("b", 0, 1)], users);
        Assert.Equal((3, 30), (Assert.Single(decoder.Xs), Assert.Single(decoder.Ys)));
    }

    [Fact]
    public void Any_file_reads_the_same_whatever_pieces_its_stream_comes_in() =>
        Gen.Select(Gen.Int[0, 1000].Array[0, 40].Array[1, 30], Gen.Int[1, 5000]).Sample((users, piece) =>
        {
            var file = LeafJson.Of([.. users.Select((xs, i) =>
                ($"user {i} äöü €", xs.Cast<object>().ToArray(), xs.Select(x => (object)(x + 1)).ToArray()))]);
            var decoder = new Numbers();

            var read = LeafFile.Read(new Pieces(Encoding.UTF8.GetBytes(file), piece), "file", decoder);

            Assert.Equal(users.SelectMany(xs => xs), decoder.Xs);
            Assert.Equal(users.SelectMany(xs => xs).Select(x => x + 1), decoder.Ys);
            Assert.Equal(users.Where(xs => xs.Length > 0).Select(xs => xs.Length), read.Select(user => user.To - user.From));
        }, iter: 50);

    [Fact]
    public void A_file_much_longer_than_the_buffer_loses_nothing()
    {
        var xs = Enumerable.Range(0, 50000).ToArray(); // 600 kB, and a name of 100 kB: the buffer begins with 64 KiB
        var name = new string('n', 100000);
        var decoder = new Numbers();

        var users = Read(LeafJson.Of(("a", [.. xs.Cast<object>()], [.. xs.Cast<object>()]), (name, [7], [8])), decoder);

        Assert.Equal([.. xs, 7], decoder.Xs);
        Assert.Equal([.. xs, 8], decoder.Ys);
        Assert.Equal(name, users[1].Name);
    }

    [Fact]
    public void A_byte_order_mark_does_not_matter()
    {
        var decoder = new Numbers();

        LeafFile.Read(new MemoryStream([0xEF, 0xBB, 0xBF, .. Encoding.UTF8.GetBytes(Good)]), "file", decoder);

        Assert.Equal(3, decoder.Rows);
    }

    [Theory]
    [InlineData("", "it is not whole, valid JSON")]
    [InlineData("[]", "an object is expected, not a list")]
    [InlineData("{}", "it has no 'users'")]
    [InlineData("""{"users": []}""", "it has no 'num_samples'")]
    [InlineData("""{"users": [], "num_samples": []}""", "it has no 'user_data'")]
    [InlineData("""{"users": [], "users": []}""", "'users' is there twice")]
    [InlineData("""{"users": "a"}""", "'users': a list is expected, not a text")]
    [InlineData("""{"users": [1]}""", "'users': a name is expected, not a number")]
    [InlineData("""{"num_samples": [1.5]}""", "'num_samples': a number of samples must be a whole number, not 1.5")]
    [InlineData("""{"num_samples": [1e999]}""", "'num_samples': a number of samples is out of range")]
    [InlineData("""{"num_samples": [null]}""", "'num_samples': a number of samples is expected, not true, false or null")]
    [InlineData("""{"users": ["a"], "num_samples": [], "user_data": {}}""", "there are 1 'users' but 0 'num_samples'")]
    [InlineData("""{"users": ["a"], "num_samples": [1], "user_data": {}}""", "'user_data' lacks 'a', one of its 'users'")]
    [InlineData(
        """{"users": ["a"], "num_samples": [2], "user_data": {"a": {"x": [1], "y": [1]}}}""",
        "'num_samples' promises 2 samples of 'a', and there are 1")]
    [InlineData(
        """{"users": ["a"], "num_samples": [-1], "user_data": {"a": {"x": [], "y": []}}}""", "promises -1 samples of 'a', and there are 0")]
    [InlineData(
        """{"users": [], "num_samples": [], "user_data": {"a": {"x": [1], "y": [1]}}}""",
        "'user_data' has samples of 'a', who is none of its 'users'")]
    [InlineData("""{"users": ["a", "a"], "num_samples": [0, 0], "user_data": {"a": {"x": [], "y": []}}}""", "'users' names 'a' twice")]
    [InlineData("""{"user_data": {"a": {"x": [], "y": []}, "a": {"x": [], "y": []}}}""", "user 'a': 'user_data' has this user twice")]
    [InlineData("""{"user_data": {"a": {"x": [1, 2], "y": [1]}}}""", "user 'a': there are 2 x but 1 y")]
    [InlineData("""{"user_data": {"a": {"x": [1]}}}""", "user 'a': there is no 'y'")]
    [InlineData("""{"user_data": {"a": {"y": [1]}}}""", "user 'a': there is no 'x'")]
    [InlineData("""{"user_data": {"a": {"x": [], "x": []}}}""", "user 'a': 'x' is there twice")]
    [InlineData("""{"user_data": {"a\nb": {"x": 1}}}""", """user 'a\u000ab...': a list of x""")]
    [InlineData("""{"user_data": {"a": [1]}}""", "user 'a': an object with x and y is expected, not a list")]
    [InlineData("""{"user_data": {"a": {"x": 1}}}""", "user 'a': a list of x is expected, not a number")]
    [InlineData("""{"user_data": {"a": {"x": [1, 2""", "it is not whole, valid JSON")]
    [InlineData("""{"user_data": {"a": {"x": [1, }}}""", "user 'a': it is not whole, valid JSON")]
    [InlineData("""{"users": [NaN]}""", "it is not whole, valid JSON")]
    [InlineData("""{"users": ["\ud800"]}""", "'users': a text is not valid UTF-8")]
    public void What_is_wrong_is_said(string file, string reason) => Refused(Encoding.UTF8.GetBytes(file), reason);

    [Fact]
    public void Something_behind_the_end_is_refused() => Refused(Encoding.UTF8.GetBytes(Good + " {}"), "it is not whole, valid JSON");

    [Fact]
    public void Invalid_utf8_is_refused() =>
        Refused([.. "{\"users\": [\""u8, 0xC3, 0x28, .. "\"]}"u8], "'users': a text is not valid UTF-8");

    [Fact]
    public void Endless_nesting_is_refused() =>
        Refused([.. "{\"other\": "u8, .. Enumerable.Repeat((byte)'[', 100000)], "it is not whole, valid JSON");

    [Fact]
    public void A_value_without_end_is_refused_before_it_fills_the_memory() =>
        Refused(
            [.. "{\"users\": [\""u8, .. Enumerable.Repeat((byte)'n', (1 << 24) + 1000)], "a single value is longer than 16777216 bytes");

    [Fact]
    public void A_truncated_file_is_refused_wherever_it_ends()
    {
        for (var length = 0; length < Good.Length; length++) Refused(Encoding.UTF8.GetBytes(Good[..length]), "it is not whole, valid JSON");
    }

    static void Refused(byte[] file, string reason)
    {
        var error = Assert.Throws<AutoFlipException>(() => LeafFile.Read(new MemoryStream(file), "some/file.json", new Numbers()));

        Assert.Equal(ExitCode.BadData, error.Code);
        Assert.StartsWith("'some/file.json' is not usable: ", error.Message, StringComparison.Ordinal);
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
    }

    static List<LeafUser> Read(string file, LeafDecoder decoder) =>
        LeafFile.Read(new MemoryStream(Encoding.UTF8.GetBytes(file)), "file", decoder);

    sealed class Numbers : LeafDecoder
    {
        public List<int> Xs { get; } = [];

        public List<int> Ys { get; } = [];

        public override int Rows => Xs.Count;

        public override void X(ref JsonStream json) => Xs.Add(json.Whole("an x"));

        public override void Y(ref JsonStream json) => Ys.Add(json.Whole("a y"));
    }
}
