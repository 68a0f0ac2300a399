namespace AutoFlip;

/// <summary>Gives each of several things a place of its own so that the costs sum to the least.</summary>
/// <remarks>
/// The Hungarian method with potentials: things come one at a time, each by the cheapest chain of moves of those before. Time r^2 c for r
/// things and c places. Source: Kuhn 1955; Jonker and Volgenant 1987, a shortest augmenting path per row.
/// </remarks>
static class Assignment
{
    /// <summary>The cheapest assignment; where there are several, always the same one.</summary>
    /// <param name="cost">[things][places], finite; at least as many places as things.</param>
    /// <returns>The place of each thing.</returns>
    public static int[] Cheapest(double[][] cost)
    {
        var places = cost[0].Length;
        var things = new double[cost.Length]; // potentials: cost - thing - place is at least 0, and 0 for what is assigned
        var prices = new double[places];
        var holder = new int[places];
        Array.Fill(holder, -1);
        for (var thing = 0; thing < cost.Length; thing++) Place(cost, thing, things, prices, holder);

        var place = new int[cost.Length];
        for (var p = 0; p < places; p++)
            if (holder[p] >= 0) place[holder[p]] = p;
        return place;
    }

    /// <summary>Finds the cheapest chain from a thing without place to a free place, and moves everything on it by one.</summary>
    static void Place(double[][] cost, int thing, double[] things, double[] prices, int[] holder)
    {
        var reached = new bool[prices.Length];
        var way = new double[prices.Length]; // how dear the cheapest chain to a place is
        var from = new int[prices.Length]; // the place before it on that chain; -1: the thing itself
        Array.Fill(way, double.PositiveInfinity);
        var (mover, at, so) = (thing, -1, 0.0);
        do
        {
            var next = -1;
            for (var p = 0; p < prices.Length; p++)
            {
                if (reached[p]) continue;
                var whole = so + cost[mover][p] - things[mover] - prices[p];
                if (whole < way[p]) (way[p], from[p]) = (whole, at);
                if (next < 0 || way[p] < way[next]) next = p;
            }
            (at, so, reached[next]) = (next, way[next], true);
            mover = holder[at];
        }
        while (mover >= 0);

        things[thing] += so;
        for (var p = 0; p < prices.Length; p++)
        {
            if (!reached[p] || p == at) continue;
            prices[p] -= so - way[p];
            things[holder[p]] += so - way[p];
        }
        for (var p = at; p >= 0; p = from[p]) holder[p] = from[p] >= 0 ? holder[from[p]] : thing;
    }
}
