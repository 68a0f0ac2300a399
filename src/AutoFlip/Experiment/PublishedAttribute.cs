namespace AutoFlip;

/// <summary>Publication that a method of the catalogue is from, as lists and docs/methods.md print it.</summary>
/// <param name="where">Authors, year and where to find it, or that it is ours.</param>
[AttributeUsage(AttributeTargets.Class)]
public sealed class PublishedAttribute(string where) : Attribute
{
    /// <summary>Authors, year and where to find it, or that it is ours.</summary>
    public string Where { get; } = where;
}
