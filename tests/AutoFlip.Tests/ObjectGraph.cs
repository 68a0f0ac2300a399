using System.Reflection;

namespace AutoFlip.Tests;

/// <summary>The objects that another one holds, directly or through others: what a collection of garbage could not free.</summary>
/// <remarks>Counted by reflection, because the heap of a process with other tests changes on its own.</remarks>
/// <param name="Objects">Number of objects.</param>
/// <param name="Elements">Elements of all arrays and characters of all strings.</param>
readonly record struct ObjectGraph(int Objects, long Elements)
{
    /// <summary>Types whose objects lead to the whole process.</summary>
    static readonly Type[] Shared =
        [typeof(MemberInfo), typeof(Module), typeof(Assembly), typeof(Thread), typeof(ExecutionContext), typeof(SynchronizationContext)];

    const BindingFlags Declared = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;

    /// <summary>Counts what an object holds, itself included; static fields are not followed.</summary>
    /// <param name="root">Where to start.</param>
    /// <param name="without">Objects that are left out, with what only they hold.</param>
    public static ObjectGraph Of(object root, params ReadOnlySpan<object> without)
    {
        var seen = new HashSet<object>(ReferenceEqualityComparer.Instance);
        foreach (var other in without) seen.Add(other);
        var open = new Stack<object>();
        var graph = new ObjectGraph();
        Visit(root);
        while (open.TryPop(out var value)) graph += FollowAll(value, Visit);
        return graph;

        void Visit(object value)
        {
            if (!Shared.Any(type => type.IsInstanceOfType(value)) && seen.Add(value)) open.Push(value);
        }
    }

    public static ObjectGraph operator +(ObjectGraph left, ObjectGraph right) =>
        new(left.Objects + right.Objects, left.Elements + right.Elements);

    static ObjectGraph FollowAll(object value, Action<object> visit)
    {
        if (value is string text) return new(1, text.Length);
        if (value is Array array)
        {
            if (HasReferences(array.GetType().GetElementType()!))
                foreach (var element in array) Follow(element, visit);
            return new(1, array.LongLength);
        }
        FollowFields(value, visit);
        return new(1, 0);
    }

    static void Follow(object? value, Action<object> visit)
    {
        if (value is null) return;
        if (value.GetType().IsValueType) FollowFields(value, visit);
        else visit(value);
    }

    static void FollowFields(object value, Action<object> visit)
    {
        for (var type = value.GetType(); type is not null; type = type.BaseType)
        {
            foreach (var field in type.GetFields(Declared))
            {
                if (HasReferences(field.FieldType)) Follow(field.GetValue(value), visit);
            }
        }
    }

    static bool HasReferences(Type type) => !type.IsPrimitive && !type.IsPointer && !type.IsEnum && !type.IsFunctionPointer;
}
