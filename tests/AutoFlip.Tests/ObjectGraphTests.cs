namespace AutoFlip.Tests;

/// <summary>What an object holds, counted.</summary>
public class ObjectGraphTests
{
    [Fact]
    public void Objects_are_counted_once_through_fields_arrays_and_structures()
    {
        var shared = new string('x', 5);
        var node = new Node { Text = shared };
        node.Next = node;
        object[] root = [node, (1, shared), new[] { (shared, 2) }, new byte[7]];

        // The root, the node, the string, the array of one pair and the bytes.
        Assert.Equal(new ObjectGraph(5, 4 + 5 + 1 + 7), ObjectGraph.Of(root));
    }

    [Fact]
    public void What_is_left_out_is_not_followed()
    {
        var left = new Node { Next = new Node() };

        Assert.Equal(new ObjectGraph(1, 0), ObjectGraph.Of(new Node { Next = left }, left));
        Assert.Equal(new ObjectGraph(3, 0), ObjectGraph.Of(new Node { Next = left }));
    }

    [Fact]
    public void Growth_of_a_list_and_of_a_base_class_shows()
    {
        var list = new Derived();
        var before = ObjectGraph.Of(list);
        list.Kept.Add("message");

        Assert.Equal(before.Objects + 1, ObjectGraph.Of(list).Objects);
    }

    class Node
    {
        public Node? Next { get; set; }

        public string? Text { get; init; }
    }

    class Holding
    {
        public List<string> Kept { get; } = new(4);
    }

    sealed class Derived : Holding;
}
