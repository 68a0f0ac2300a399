using System.Collections.Immutable;

namespace AutoFlip;

/// <summary>Rows of a <see cref="Tile"/>: up to four groups of up to five.</summary>
readonly record struct TileRows(int First, int Second = 0, int Third = 0, int Fourth = 0)
{
    /// <summary>Most groups, and most rows of one.</summary>
    public const int MostGroups = 4, MostOfGroup = 5;

    /// <summary>Rows of each group.</summary>
    public ImmutableArray<int> Groups => [.. new[] { First, Second, Third, Fourth }.Where(rows => rows > 0)];

    /// <summary>Rows in as few groups as possible, of equal size where they can be.</summary>
    /// <param name="rows">1 to 20.</param>
    public static TileRows Of(int rows)
    {
        var groups = (rows + MostOfGroup - 1) / MostOfGroup;
        int Size(int group) => group < groups ? (rows - group + groups - 1) / groups : 0;
        return new(Size(0), Size(1), Size(2), Size(3));
    }

    /// <summary>The same groups several times.</summary>
    public static TileRows Repeat(TileRows rows, int times)
    {
        int[] groups = [.. Enumerable.Repeat(rows.Groups, times).SelectMany(groups => groups), 0, 0, 0];
        return new(groups[0], groups[1], groups[2], groups[3]);
    }
}
