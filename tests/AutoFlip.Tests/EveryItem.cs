namespace AutoFlip.Tests;

/// <summary>Assertions about every item of a list that must not be empty: a list that lost its items would pass otherwise.</summary>
static class EveryItem
{
    extension(Assert)
    {
        /// <summary>All items pass, and there is at least one. Where none is right too: <c>Assert.All(items, check,
        /// throwIfEmpty: false)</c>.</summary>
        public static void Every<T>(IEnumerable<T> items, Action<T> check) => Assert.All(items, check, throwIfEmpty: true);
    }
}
