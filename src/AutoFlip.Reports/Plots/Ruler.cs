using System.Collections.Immutable;
using System.Globalization;

namespace AutoFlip.Reports;

/// <summary>An axis of numbers as it is drawn: its ends, its ticks, and its label with the unit.</summary>
/// <param name="Label">What is measured, and in which unit.</param>
/// <param name="Ticks">Numbers as drawn, ascending, and how they read.</param>
/// <param name="Minor">Numbers as drawn, of ticks without text.</param>
sealed record Ruler(string Label, ImmutableArray<(double At, string Text)> Ticks, ImmutableArray<double> Minor)
{
    const double Padding = 0.03;

    double Factor { get; init; } = 1;

    bool IsLogarithmic { get; init; }

    /// <summary>The least number as drawn.</summary>
    public double Min { get; private init; }

    /// <summary>The greatest number as drawn, above <see cref="Min"/>.</summary>
    public double Max { get; private init; }

    /// <summary>A number as drawn: in the axis' unit, or its logarithm.</summary>
    public double Of(double value) => IsLogarithmic ? Math.Log10(value) : value * Factor;

    /// <summary>Position of a number between <see cref="Min"/> (0) and <see cref="Max"/> (1).</summary>
    public double Place(double value) => (Of(value) - Min) / (Max - Min);

    /// <summary>An axis that shows what lies between two numbers.</summary>
    /// <param name="axis">What is measured.</param>
    /// <param name="least">The least number.</param>
    /// <param name="most">The greatest.</param>
    /// <param name="ticks">How many ticks there should be, about.</param>
    /// <param name="fromZero">Whether it always begins at 0; otherwise it does if this costs little space.</param>
    /// <param name="padded">Whether it extends beyond the data.</param>
    public static Ruler Of(Axis axis, double least, double most, int ticks = 6, bool fromZero = false, bool padded = true)
    {
        if (axis.IsLogarithmic) return Logarithmic(axis, least, most, ticks);
        var (factor, unit) = UnitOf(axis.Unit, Math.Max(Math.Abs(least), Math.Abs(most)));
        (least, most) = (least * factor, most * factor);
        if (fromZero || least > 0 && least < 0.5 * most) least = Math.Min(least, 0);
        // at least one whole number
        if (axis.Unit == AxisUnit.Count && most - least < 1) (least, most) = (least == 0 ? 0 : least - 1, most + 1);
        else if (most - least <= Math.Abs(most) * 1e-9) (least, most) = (least - Spare(least), most + Spare(most));
        var pad = padded ? (most - least) * Padding : 0;
        var (min, max) = (least == 0 || axis.Unit == AxisUnit.Share && least >= 0 && least < pad ? 0 : least - pad, most + pad);
        // beyond 100 % only as far as a line is thick
        if (axis.Unit == AxisUnit.Share && most <= 100 && padded) max = Math.Min(max, 100 + 2 * pad / 3);
        var step = Step((max - min) / ticks, axis.Unit is AxisUnit.Count);
        var digits = Math.Max(0, (int)-Math.Floor(Math.Log10(step) + 1e-9));
        var format = $"{(axis.Unit == AxisUnit.Count || max >= 10_000 ? "N" : "F")}{digits}";
        return new(
            unit.Length == 0 ? axis.Label : $"{axis.Label} ({unit})",
            [.. Multiples(step, min, max).Select(at => (at, at.ToString(format, CultureInfo.InvariantCulture)))], [])
        {
            Factor = factor,
            Min = min,
            Max = max,
        };
    }

    static Ruler Logarithmic(Axis axis, double least, double most, int ticks)
    {
        var (factor, unit) = axis.Unit is AxisUnit.Bytes or AxisUnit.Share ? UnitOf(axis.Unit, most) : (1, UnitOf(axis.Unit, 1).Unit);
        var (low, high) = (Math.Log10(least), Math.Log10(most));
        var pad = Math.Max((high - low) * Padding, 0.05);
        var (min, max) = (low - pad, high + pad);
        var shift = Math.Log10(factor);
        var every = Math.Max(1, (int)Math.Ceiling((max - min) / (ticks + 2)));
        var decades = Multiples(1, Math.Floor(min + shift), max + shift).Select(decade => (int)Math.Round(decade)).ToList();
        List<(double At, string Text)> marks = [.. decades.Where(decade => decade % every == 0)
            .Select(decade => (decade - shift, Power(decade))).Where(mark => IsWithin(mark.Item1))];
        var between = every > 1
            ? []
            : decades.SelectMany(decade =>
                Enumerable.Range(2, 8).Select(digit => (At: decade + Math.Log10(digit) - shift, Decade: decade, Digit: digit)))
            .Where(mark => IsWithin(mark.At)).ToList();
        if (marks.Count < 3) // few decades: say more of them
        {
            var more = between.Where(mark => mark.Digit is 2 or 5 && mark.Decade is >= -3 and <= 3)
                .Select(mark => (mark.At, Times(mark.Digit, mark.Decade)));
            marks = [.. marks.Concat(more).OrderBy(mark => mark.At)];
        }
        bool IsWithin(double at) => at >= min && at <= max;

        return new(
            unit.Length == 0 ? axis.Label : $"{axis.Label} ({unit})", [.. marks],
            [.. between.Select(mark => mark.At).Except(marks.Select(mark => mark.At))])
        {
            IsLogarithmic = true,
            Min = min,
            Max = max,
        };
    }

    /// <summary>Factor and name of the unit in which numbers up to this one are short.</summary>
    internal static (double Factor, string Unit) UnitOf(AxisUnit unit, double most)
    {
        var thousands = most > 0 ? Math.Max(0, (int)Math.Floor(Math.Log10(most) / 3 + 1e-9)) : 0;
        return unit switch
        {
            AxisUnit.Share => (100, "%"),
            AxisUnit.Bytes when Math.Min(thousands, 6) is var power => (
                Math.Pow(1000, -power), (string[])["B", "kB", "MB", "GB", "TB", "PB", "EB"] is var names ? names[power] : ""),
            AxisUnit.Seconds when most >= 3 * 3600 => (1 / 3600.0, "h"),
            AxisUnit.Seconds when most >= 3 * 60 => (1 / 60.0, "min"),
            AxisUnit.Seconds when most < 0.1 && most > 0 => (1000, "ms"),
            AxisUnit.Seconds => (1, "s"),
            AxisUnit.Macs when thousands > 0 => (Math.Pow(1000, -thousands), $"×{Power(3 * thousands)}"),
            AxisUnit.Number when thousands > 1 => (Math.Pow(1000, -thousands), $"×{Power(3 * thousands)}"),
            AxisUnit.Number when most is > 0 and < 1e-3
                && (int)Math.Floor(Math.Log10(most)) is var power => (Math.Pow(10, -power), $"×{Power(power)}"),
            _ => (1, ""),
        };
    }

    /// <summary>A power of ten as people write it: 1e-6, 0.01, 1, 100, 10⁶. The font has no raised minus.</summary>
    internal static string Power(int exponent) => exponent switch
    {
        < -4 => $"1e{exponent.ToString(CultureInfo.InvariantCulture)}",
        <= 3 => Math.Pow(10, exponent).ToString(exponent < 0 ? $"F{-exponent}" : "N0", CultureInfo.InvariantCulture),
        _ => "10" + string.Concat(exponent.ToString(CultureInfo.InvariantCulture).Select(digit => "⁰¹²³⁴⁵⁶⁷⁸⁹"[digit - '0'])),
    };

    static string Times(int digit, int decade) =>
        (digit * Math.Pow(10, decade)).ToString(decade < 0 ? $"F{-decade}" : "N0", CultureInfo.InvariantCulture);

    /// <summary>The least of 1, 2 and 5 times a power of ten that is no smaller.</summary>
    static double Step(double raw, bool whole)
    {
        var power = Math.Pow(10, Math.Floor(Math.Log10(raw)));
        var step = power * ((raw / power) switch { <= 1 + 1e-9 => 1, <= 2 + 1e-9 => 2, <= 5 + 1e-9 => 5, _ => 10 });
        return whole ? Math.Max(1, step) : step;
    }

    static IEnumerable<double> Multiples(double step, double min, double max)
    {
        for (var i = Math.Ceiling(min / step - 1e-9); i * step <= max + step * 1e-9; i++) yield return i == 0 ? 0 : i * step;
    }

    static double Spare(double value) => value == 0 ? 0.5 : Math.Abs(value) * 0.1;
}
