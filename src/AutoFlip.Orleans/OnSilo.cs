using Orleans.Placement;
using Orleans.Runtime.Placement;

namespace AutoFlip.Orleans;

/// <summary>Places a grain on the silo that its key names, and nowhere else.</summary>
[AttributeUsage(AttributeTargets.Class)]
sealed class OnSiloAttribute() : PlacementAttribute(new OnSilo());

/// <summary>The strategy of <see cref="OnSiloAttribute"/>.</summary>
[GenerateSerializer, Immutable, Alias("autoflip.on-silo")]
sealed class OnSilo : PlacementStrategy
{
    const char Separator = '|';

    /// <summary>Key of a slot of a silo.</summary>
    public static string KeyOf(SiloAddress silo, int slot) => $"{silo.ToParsableString()}{Separator}{slot}";

    /// <summary>Chooses the silo.</summary>
    public sealed class Director : IPlacementDirector
    {
        /// <inheritdoc/>
        public Task<SiloAddress> OnAddActivation(PlacementStrategy strategy, PlacementTarget target, IPlacementContext context)
        {
            var silo = SiloAddress.FromParsableString(target.GrainIdentity.Key.ToString()!.Split(Separator)[0]);
            return context.GetCompatibleSilos(target).Contains(silo)
                ? Task.FromResult(silo)
                : throw new SiloUnavailableException($"The worker {silo} is gone.");
        }
    }
}
