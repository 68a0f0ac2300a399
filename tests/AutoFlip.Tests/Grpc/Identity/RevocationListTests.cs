using AutoFlip.Grpc;

namespace AutoFlip.Tests;

public sealed class RevocationListTests : IDisposable
{
    readonly TemporaryDirectory _directory = new();

    string Path => _directory["crl.txt"];

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void A_serial_is_revoked_once_it_is_in_the_file_and_no_longer_when_it_is_removed()
    {
        File.WriteAllText(Path, "# none yet\n");
        var list = new RevocationList(Path);
        Assert.False(list.IsRevoked("4F00"));

        File.AppendAllText(Path, "4f00 c0 2030-01-01T00:00:00Z\n\n  00A1\tby hand  \n");

        Assert.True(list.IsRevoked("4F00") && list.IsRevoked("004f00") && list.IsRevoked("A1"));
        Assert.False(list.IsRevoked("4F"));
        Assert.Equal(2, list.Version);

        File.WriteAllText(Path, "A1\n");

        Assert.True(list.Refresh());
        Assert.False(list.Refresh());
        Assert.False(list.IsRevoked("4F00"));
    }

    [Theory]
    [InlineData("A1\nnot a serial\n", "line 2")]
    [InlineData("-----BEGIN X509 CRL-----\n", "line 1")]
    [InlineData("12345678901234567890123456789012345678901\n", "line 1")] // 41 digits; 40 are 20 bytes
    public void A_damaged_list_is_refused_with_its_line(string content, string line)
    {
        File.WriteAllText(Path, content);

        var failure = Assert.Throws<AutoFlipException>(() => new RevocationList(Path));

        Assert.Equal(ExitCode.BadData, failure.Code);
        Assert.Contains(line, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_list_of_many_revoked_certificates_is_read()
    {
        File.WriteAllLines(Path, Enumerable.Range(1, 50_000).Select(i => $"{i:X32} c{i} 2030-01-01T00:00:00Z"));

        var list = new RevocationList(Path);

        Assert.True(list.IsRevoked("C350") && !list.IsRevoked("C351")); // 50,000 and 50,001
    }

    [Fact]
    public void While_the_list_is_damaged_or_gone_nobody_is_let_through_and_then_it_goes_on()
    {
        File.WriteAllText(Path, "A1\n");
        var list = new RevocationList(Path);

        File.WriteAllText(Path, "A1\n?\n");
        Assert.Throws<AutoFlipException>(() => list.IsRevoked("B2"));
        Assert.Throws<AutoFlipException>(() => list.IsRevoked("B2")); // and each time

        File.Delete(Path);
        Assert.Contains(
            "does not exist", Assert.Throws<AutoFlipException>(() => list.IsRevoked("B2")).Message, StringComparison.Ordinal);

        File.WriteAllText(Path, "A1\nB2\n");
        Assert.True(list.IsRevoked("B2"));
    }
}
