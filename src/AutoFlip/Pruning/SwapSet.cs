namespace AutoFlip;

/// <summary>Members that are exchanged for each other: the weights of a layer, or the units of a channel group.</summary>
/// <param name="Offset">The first one's number among the members of all sets: a weight's is its parameter.</param>
/// <param name="Kept">What the mask keeps, one bit per member.</param>
/// <param name="Swaps">Members that go in the next adjustment, and that come; 0 of a set that it leaves.</param>
sealed record SwapSet(int Offset, Selection Kept, int Swaps)
{
    /// <summary>Numbers of all members, ascending.</summary>
    public IEnumerable<int> Members => Enumerable.Range(Offset, Kept.Count);

    /// <summary>Numbers of the removed ones, ascending.</summary>
    public IEnumerable<int> Removed => Members.Where(member => !Kept[member - Offset]);

    /// <summary>The kept ones of largest magnitude, which the adjustment does not remove; of equal ones the lower number.</summary>
    /// <param name="magnitudes">Of the members of all sets; signs do not count.</param>
    /// <returns>Over this set's members.</returns>
    public Selection Staying(ReadOnlySpan<float> magnitudes) => Largest(magnitudes, kept: true, Kept.Kept - Swaps);

    /// <summary>Numbers of the kept ones that the adjustment removes.</summary>
    /// <param name="magnitudes">As for <see cref="Staying"/>.</param>
    public IEnumerable<int> Going(ReadOnlySpan<float> magnitudes)
    {
        var stay = Staying(magnitudes);
        return Members.Where(member => Kept[member - Offset] && !stay[member - Offset]);
    }

    /// <summary>As many members as before: those that stay, and the removed ones of largest growth. What goes was kept and what comes was
    /// removed, so none does both. Of equal ones the lower number stays, or comes.</summary>
    /// <param name="magnitudes">As for <see cref="Staying"/>.</param>
    /// <param name="growth">Of the members of all sets; signs do not count.</param>
    public Selection Next(ReadOnlySpan<float> magnitudes, ReadOnlySpan<float> growth)
    {
        var (stay, come) = (Staying(magnitudes), Largest(growth, kept: false, Swaps));
        return Selection.Of([.. Enumerable.Range(0, Kept.Count).Select(i => stay[i] || come[i])]);
    }

    /// <summary>Adds a report to the numbers of the members that it is about.</summary>
    /// <param name="parts">Members of each part of the report, in its order.</param>
    /// <param name="report">The report.</param>
    /// <param name="weight">Its weight.</param>
    /// <param name="numbers">Of the members of all sets.</param>
    public static void Add(IEnumerable<ReportedMembers> parts, ReadOnlySpan<float> report, float weight, Span<float> numbers)
    {
        foreach (var (members, _) in parts)
        {
            for (var i = 0; i < members.Length; i++) numbers[members[i]] += weight * report[i];
            report = report[members.Length..];
        }
    }

    Selection Largest(ReadOnlySpan<float> numbers, bool kept, int count)
    {
        var own = new float[Kept.Count];
        for (var i = 0; i < own.Length; i++) own[i] = Kept[i] == kept ? MathF.Abs(numbers[Offset + i]) : -1;
        return Selection.Highest(own, count);
    }
}

/// <summary>Members of a set about which clients report.</summary>
/// <param name="Members">Their numbers, ascending.</param>
/// <param name="Swaps">How many of them come.</param>
readonly record struct ReportedMembers(int[] Members, int Swaps);
