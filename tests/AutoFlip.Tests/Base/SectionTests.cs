namespace AutoFlip.Tests;

public class SectionTests
{
    static readonly Section<int> Numbers = new("number", "--number") { { "One", 1 }, { "two", 2, "zwei", "deux" } };

    [Theory]
    [InlineData("One", 1, "One"), InlineData("ONE", 1, "One"), InlineData("two", 2, "two"), InlineData("Zwei", 2, "two")]
    [InlineData("deux", 2, "two")]
    public void Names_and_aliases_are_found_without_regard_to_case(string typed, int value, string name)
    {
        Assert.Equal(value, Numbers[typed]);
        Assert.Equal(name, Numbers.NameOf(typed));
    }

    [Fact]
    public void Names_are_listed_in_order_without_aliases()
    {
        Assert.Equal(["One", "two"], Numbers.Names);
        Assert.Equal([KeyValuePair.Create("One", 1), KeyValuePair.Create("two", 2)], Numbers);
    }

    [Theory]
    [InlineData("ONE", null, "ONE"), InlineData("three", "zwei", "zwei")]
    public void A_name_that_is_taken_is_refused_and_nothing_is_added(string name, string? alias, string taken)
    {
        var section = new Section<int>("number", "--number") { { "One", 1 }, { "two", 2, "zwei" } };

        var failure = Assert.Throws<ArgumentException>(() => section.Add(name, 3, alias is null ? [] : [alias]));

        Assert.StartsWith($"The name '{taken}' is taken: another number has it.", failure.Message, StringComparison.Ordinal);
        Assert.Equal(["One", "two"], section.Names);
        Assert.Throws<AutoFlipException>(() => section["three"]);
    }

    [Theory]
    [InlineData("three", ""), InlineData("", ""), InlineData(" two", " Did you mean 'two'?")]
    public void Unknown_name_is_a_bad_request_that_lists_the_names(string typed, string hint)
    {
        var failure = Assert.Throws<AutoFlipException>(() => Numbers[typed]);

        Assert.Equal(ExitCode.BadRequest, failure.Code);
        Assert.Equal($"--number: there is no number '{typed}'. Accepted: One, two.{hint}", failure.Message);
    }

    [Fact]
    public void Name_that_is_taken_in_any_case_or_as_an_alias_is_refused()
    {
        Assert.Throws<ArgumentException>(() => new Section<int>("number", "--number") { { "a", 1 }, { "A", 2 } });
        Assert.Throws<ArgumentException>(() => new Section<int>("number", "--number") { { "a", 1, "b" }, { "B", 2 } });
    }
}
