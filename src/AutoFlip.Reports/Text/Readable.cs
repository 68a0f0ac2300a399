using System.Globalization;

namespace AutoFlip.Reports;

/// <summary>Figures as people read them; culture-invariant. A figure that is not defined reads "-".</summary>
public static class Readable
{
    static readonly string[] MacUnits = ["MAC", "kMAC", "MMAC", "GMAC", "TMAC", "PMAC", "EMAC"];
    static readonly string[] Units = ["B", "kB", "MB", "GB", "TB", "PB", "EB"];

    /// <summary>A count with separators: 1,664,970.</summary>
    public static string Count(long count) => count.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>A share in percent with one decimal: 70.0 %.</summary>
    public static string Percent(double? share) => Number(share * 100, "0.0", " %");

    /// <summary>A difference of shares in points with one decimal: +0.4 points.</summary>
    public static string Points(double? difference) => Number(difference * 100, "+0.0;-0.0;0.0", " points");

    /// <summary>A ratio: 0.57 x.</summary>
    public static string Ratio(double? ratio) => Number(ratio, "0.00", " x");

    /// <summary>A large count with three digits: 1.23e+15.</summary>
    public static string Large(double count) => Number(count, "0.00e+0");

    /// <summary>A figure with four decimals; from a thousand on with one.</summary>
    public static string Figure(double? value) => Number(value, Math.Abs(value ?? 0) < 1000 ? "0.0000" : "#,##0.0");

    /// <summary>A metric's value: accuracy in percent, any other with four decimals.</summary>
    public static string Metric(string name, double? value) => AutoFlip.Metric.IsInPercent(name) ? Percent(value) : Figure(value);

    /// <summary>Bytes in decimal units with three digits: 6.65 MB.</summary>
    public static string Bytes(long bytes) => Scaled(bytes, Units);

    /// <summary>Multiply-accumulates in decimal units with three digits: 12.4 GMAC.</summary>
    public static string Macs(double macs) => Scaled(macs, MacUnits);

    /// <summary>A length of time: 0.13 s, 4.2 s, 3:05, 1:02:03.</summary>
    public static string Time(double seconds)
    {
        if (!double.IsFinite(seconds)) return "-";
        if (seconds < 59.95) return seconds.ToString(seconds < 0.995 ? "0.00" : "0.0", CultureInfo.InvariantCulture) + " s";
        var whole = (long)Math.Round(seconds);
        return whole < 3600 ? $"{whole / 60}:{whole % 60:00}" : $"{whole / 3600}:{whole / 60 % 60:00}:{whole % 60:00}";
    }

    static string Scaled(double value, string[] units)
    {
        var unit = 0;
        for (; value >= 999.5 && unit < units.Length - 1; unit++) value /= 1000;
        var format = unit == 0 || value >= 99.95 ? "0" : value >= 9.995 ? "0.0" : "0.00";
        return $"{value.ToString(format, CultureInfo.InvariantCulture)} {units[unit]}";
    }

    static string Number(double? value, string format, string unit = "") =>
        value is { } number && double.IsFinite(number) ? number.ToString(format, CultureInfo.InvariantCulture) + unit : "-";
}
