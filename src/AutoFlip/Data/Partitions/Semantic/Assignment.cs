namespace AutoFlip;

/// <summary>Assigns each row of a cost matrix a column of its own at the least total cost.</summary>
/// <remarks>
/// The Hungarian method with potentials: rows come one at a time, each by the shortest augmenting path. Time r^2 c for r rows and c
/// columns. Source: Kuhn 1955; Jonker and Volgenant 1987, a shortest augmenting path per row.
/// </remarks>
static class Assignment
{
    /// <summary>The cheapest assignment; where there are several, always the same one.</summary>
    /// <param name="cost">[rows][columns], finite; at least as many columns as rows.</param>
    /// <returns>The column of each row.</returns>
    public static int[] Cheapest(double[][] cost)
    {
        var columns = cost[0].Length;
        var rowPotential = new double[cost.Length]; // cost - row - column is at least 0, and 0 for what is assigned
        var columnPotential = new double[columns];
        var rowOfColumn = new int[columns];
        Array.Fill(rowOfColumn, -1);
        for (var row = 0; row < cost.Length; row++) Assign(cost, row, rowPotential, columnPotential, rowOfColumn);

        var columnOfRow = new int[cost.Length];
        for (var column = 0; column < columns; column++)
            if (rowOfColumn[column] >= 0) columnOfRow[rowOfColumn[column]] = column;
        return columnOfRow;
    }

    /// <summary>Finds the shortest path from a row without column to a free column, and moves each row on it to its next column.</summary>
    static void Assign(double[][] cost, int row, double[] rowPotential, double[] columnPotential, int[] rowOfColumn)
    {
        var columns = columnPotential.Length;
        var reached = new bool[columns];
        var distance = new double[columns]; // length of the shortest path to a column
        var previous = new int[columns]; // the column before it on that path; -1: the row itself
        Array.Fill(distance, double.PositiveInfinity);
        var (current, at, reachedDistance) = (row, -1, 0.0);
        do
        {
            var next = -1;
            for (var column = 0; column < columns; column++)
            {
                if (reached[column]) continue;
                var whole = reachedDistance + cost[current][column] - rowPotential[current] - columnPotential[column];
                if (whole < distance[column]) (distance[column], previous[column]) = (whole, at);
                if (next < 0 || distance[column] < distance[next]) next = column;
            }
            (at, reachedDistance, reached[next]) = (next, distance[next], true);
            current = rowOfColumn[at];
        }
        while (current >= 0);

        rowPotential[row] += reachedDistance;
        for (var column = 0; column < columns; column++)
        {
            if (!reached[column] || column == at) continue;
            columnPotential[column] -= reachedDistance - distance[column];
            rowPotential[rowOfColumn[column]] += reachedDistance - distance[column];
        }
        for (var column = at; column >= 0; column = previous[column])
            rowOfColumn[column] = previous[column] >= 0 ? rowOfColumn[previous[column]] : row;
    }
}
