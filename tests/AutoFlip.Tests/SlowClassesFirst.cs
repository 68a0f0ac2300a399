using Xunit.Sdk;
using Xunit.v3;

[assembly: TestCollectionOrderer<AutoFlip.Tests.SlowClassesFirst>]

namespace AutoFlip.Tests;

/// <summary>Starts the classes with <c>[Trait("speed", "slow")]</c> before all others, both parts in random order: a long class that
/// starts late runs on when the other threads have nothing left to do.</summary>
public sealed class SlowClassesFirst : ITestCollectionOrderer
{
    static readonly string[] Slow =
    [
        .. from type in typeof(SlowClassesFirst).Assembly.GetTypes()
           where type.GetCustomAttributes(typeof(TraitAttribute), inherit: false).Cast<TraitAttribute>()
               .Any(trait => (trait.Name, trait.Value) == ("speed", "slow"))
           select $" {type.FullName} ",
    ];

    public IReadOnlyCollection<T> OrderTestCollections<T>(IReadOnlyCollection<T> testCollections)
        where T : ITestCollection =>
        [.. DefaultTestCollectionOrderer.Instance.OrderTestCollections(testCollections).OrderBy(collection => !IsSlow(collection))];

    // A collection is one class, and has its name: "Test collection for AutoFlip.Tests.BrowserTests (id: ...)".
    static bool IsSlow(ITestCollection collection) =>
        Slow.Any(name => collection.TestCollectionDisplayName.Contains(name, StringComparison.Ordinal));
}
