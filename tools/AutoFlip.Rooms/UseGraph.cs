using System.Collections.Immutable;

namespace AutoFlip.Rooms;

/// <summary>A directed graph of names: an edge means "uses a type of".</summary>
sealed class UseGraph
{
    readonly SortedDictionary<string, SortedSet<string>> _to = new(StringComparer.Ordinal);

    /// <summary>The graph of these edges; an edge from a node to itself only declares the node.</summary>
    public UseGraph(IEnumerable<(string From, string To)> edges)
    {
        foreach (var (from, to) in edges)
        {
            Node(to);
            if (from != to) Node(from).Add(to);
            else Node(from);
        }
        SortedSet<string> Node(string name) => _to.TryGetValue(name, out var node) ? node : _to[name] = new(StringComparer.Ordinal);
    }

    /// <summary>Number of nodes.</summary>
    public int Count => _to.Count;

    /// <summary>Strongly connected components of more than one node, largest first (Tarjan, SIAM J. Comput. 1, 1972).</summary>
    public IReadOnlyList<ImmutableArray<string>> Circles() =>
        [.. Components().Where(component => component.Length > 1).OrderByDescending(component => component.Length)];

    /// <summary>The nodes of a graph without circles by the length of the longest path below each.</summary>
    public IEnumerable<string[]> Floors()
    {
        var floors = new Dictionary<string, int>();
        int Floor(string node) => floors.TryGetValue(node, out var floor)
            ? floor
            : floors[node] = _to[node].Select(Floor).DefaultIfEmpty(-1).Max() + 1;
        return _to.Keys.GroupBy(Floor).OrderBy(floor => floor.Key).Select(floor => floor.ToArray());
    }

    List<ImmutableArray<string>> Components()
    {
        var (index, low, stack, found) = (
            new Dictionary<string, int>(), new Dictionary<string, int>(), new Stack<string>(), new List<ImmutableArray<string>>());
        var open = new HashSet<string>();
        foreach (var node in _to.Keys)
            if (!index.ContainsKey(node)) Visit(node);
        return found;

        void Visit(string node)
        {
            index[node] = low[node] = index.Count;
            stack.Push(node);
            open.Add(node);
            foreach (var next in _to[node])
            {
                if (!index.ContainsKey(next))
                {
                    Visit(next);
                    low[node] = Math.Min(low[node], low[next]);
                }
                else if (open.Contains(next))
                {
                    low[node] = Math.Min(low[node], index[next]);
                }
            }
            if (low[node] != index[node]) return;
            var component = ImmutableArray.CreateBuilder<string>();
            do component.Add(stack.Peek()); while (open.Remove(stack.Peek()) && stack.Pop() != node);
            component.Sort(StringComparer.Ordinal);
            found.Add(component.ToImmutable());
        }
    }
}
