using AutoFlip.Grpc;
using CsCheck;

namespace AutoFlip.Tests;

public class PeerNameTests
{
    const string Allowed = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";

    [Fact]
    public void Every_text_of_1_to_64_allowed_characters_is_a_name() =>
        Gen.Char[Allowed].Array[1, 64].Sample(letters => PeerName.Check(new string(letters)) == new string(letters));

    [Fact]
    public void A_text_with_any_other_character_is_refused_in_one_line() =>
        Gen.Select(Gen.Char[Allowed].Array[0, 30], Gen.Char.Where(letter => !Allowed.Contains(letter)), Gen.Char[Allowed].Array[0, 30])
            .Sample((before, foreign, after) =>
            {
                var failure = Assert.Throws<AutoFlipException>(() => PeerName.Check(new string([.. before, foreign, .. after])));

                Assert.Equal(ExitCode.BadRequest, failure.Code);
                Assert.DoesNotContain(failure.Message, ForeignText.IsUnsafe);
            });

    [Theory]
    [InlineData(0), InlineData(65), InlineData(5000)]
    public void A_text_of_another_length_is_refused(int length) =>
        Assert.Contains("1 to 64", Assert.Throws<AutoFlipException>(() => PeerName.Check(new string('a', length))).Message);
}
