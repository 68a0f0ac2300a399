namespace AutoFlip;

/// <summary>A LEAF set's rows in their final order: training before test, in each by the ordinal order of their users' names,
/// whatever the order of the files.</summary>
/// <param name="Owners">The users.</param>
/// <param name="Order">[N]: which of the decoder's rows each row is.</param>
sealed record LeafRows(Owners Owners, int[] Order)
{
    /// <summary>Sorts what the files of both parts brought.</summary>
    public static LeafRows Of(IReadOnlyList<LeafUser> train, IReadOnlyList<LeafUser> test)
    {
        string[] names = [.. train.Concat(test).Select(user => user.Name).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        var number = new Dictionary<string, int>(names.Length, StringComparer.Ordinal);
        foreach (var name in names) number[name] = number.Count;
        var rows = train.Concat(test).Sum(user => user.To - user.From);
        int[] order = new int[rows], owner = new int[rows];
        int next = 0, trainRows = 0;
        foreach (var part in (IReadOnlyList<LeafUser>[])[train, test])
        {
            foreach (var user in part.OrderBy(user => number[user.Name])) // stable: of one user, as the files have it
            {
                for (var row = user.From; row < user.To; row++, next++) (order[next], owner[next]) = (row, number[user.Name]);
            }
            if (part == train) trainRows = next;
        }
        return new(new Owners(names, owner, trainRows), order);
    }

    /// <summary>The values of the decoder's rows, in the final order.</summary>
    public T[] Sorted<T>(IReadOnlyList<T> values) => [.. Order.Select(row => values[row])];

    /// <summary>Data whose owners are the users. The server tests on the test part.</summary>
    public LoadedData With(SampleSet all, LearningTask task)
    {
        int[] test = [.. Enumerable.Range(Owners.TrainRows, all.Count - Owners.TrainRows)];
        return new LoadedData(all, test.Length == 0 ? null : new SampleSubset(all, test), task) { Owners = Owners };
    }
}
