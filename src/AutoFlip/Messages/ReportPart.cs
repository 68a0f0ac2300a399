namespace AutoFlip;

/// <summary>A part of a report: numbers that are sent one by one, or the few of them at chosen positions.</summary>
/// <param name="Length">Numbers of the part.</param>
/// <param name="Chosen">Positions that are sent, in [0, Length], exactly as many; null: all numbers are sent, without
/// positions.</param>
/// <param name="HasValues">True if the numbers at the positions are sent too; otherwise they are 1. All others are 0.</param>
/// <remarks>On both sides a report is a vector of all numbers. Positions travel exactly, whatever the format of values.</remarks>
public readonly record struct ReportPart(int Length, int? Chosen = null, bool HasValues = true)
{
    /// <summary>Numbers that are sent as values.</summary>
    public int Values => Chosen is { } count ? HasValues ? count : 0 : Length;

    /// <summary>A part whose numbers are all sent.</summary>
    public static implicit operator ReportPart(int length) => new(length);
}
