namespace AutoFlip.Tests;

public class StudentTTests
{
    /// <summary>Published quantiles, three decimals (NIST/SEMATECH e-Handbook of Statistical Methods, 1.3.6.7.2);
    /// 1 degree is tan(0.475 π).</summary>
    [Theory]
    [InlineData(1, 12.706), InlineData(2, 4.303), InlineData(3, 3.182), InlineData(4, 2.776), InlineData(5, 2.571), InlineData(7, 2.365)]
    [InlineData(8, 2.306)]
    [InlineData(10, 2.228), InlineData(20, 2.086), InlineData(30, 2.042), InlineData(60, 2.000), InlineData(100, 1.984)]
    public void Quantiles_are_the_published_ones(int degrees, double quantile) =>
        Assert.Equal(quantile, StudentT.Quantile975(degrees), 0.0006);

    /// <summary>With one degree the distribution is Cauchy's: 2 atan(t) / π. With two it is t / √(2 + t²).</summary>
    [Fact]
    public void One_and_two_degrees_are_exact()
    {
        foreach (var t in new[] { 0.1, 1, 3, 12 })
        {
            Assert.Equal(2 * Math.Atan(t) / Math.PI, StudentT.WithinProbability(t, 1), 1e-14);
            Assert.Equal(t / Math.Sqrt(2 + t * t), StudentT.WithinProbability(t, 2), 1e-14);
        }
    }

    [Fact]
    public void No_degrees_are_refused() => Assert.Throws<ArgumentOutOfRangeException>(() => StudentT.Quantile975(0));
}
