namespace AutoFlip.Bench;

/// <summary>One side of a measurement over a network: carries out orders, in a process of its own or in this one.</summary>
interface IRole : IAsyncDisposable
{
    /// <summary>Carries out an order.</summary>
    /// <param name="order">The order.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="ct">Stops it.</param>
    /// <returns>The answer, which can be written as JSON.</returns>
    Task<object?> CarryOutAsync(string order, string[] arguments, CancellationToken ct);
}
