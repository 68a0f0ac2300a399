namespace AutoFlip;

/// <summary>Parts that the encoders after BERT have in common.</summary>
static class Bert
{
    /// <summary>Added to the variance by layer normalisation.</summary>
    public const double Epsilon = 1e-12;

    /// <summary>A product whose weights start as BERT's.</summary>
    public static Linear Linear(int features) => new(features) { Deviation = Initialization.OfBert };

    /// <summary>Begins a network of token ids, with its mask of padding if there is one.</summary>
    public static NetworkBuilder Begin(string name, SampleShape input, bool masked, out int? mask)
    {
        var builder = new NetworkBuilder(name, input).Mark(out var ids);
        mask = null;
        if (!masked) return builder;
        builder.Then(new PaddingMask(), "padding_mask").Mark(out var place).From(ids);
        mask = place;
        return builder;
    }

    /// <summary>Attention behind its three projections.</summary>
    /// <param name="builder">Where.</param>
    /// <param name="attention">The layer.</param>
    /// <param name="mask">The place of the mask; null if padding is attended to.</param>
    /// <param name="query">Name, branch from here, and width of the query's projection.</param>
    /// <param name="key">The key's.</param>
    /// <param name="value">The value's.</param>
    public static NetworkBuilder Attend(
        NetworkBuilder builder, Attention attention, int? mask, Projection query, Projection key, Projection value)
    {
        (string, Func<NetworkBuilder, NetworkBuilder>)[] inputs = [query.Branch, key.Branch, value.Branch];
        if (mask is { } place) inputs = [.. inputs, ("", s => s.From(place))];
        return builder.Fork("heads", attention, inputs);
    }

    /// <summary>Entries of a head.</summary>
    /// <exception cref="AutoFlipException">Heads do not divide the width (exit 2).</exception>
    public static int HeadWidth(string model, int width, int heads) => heads >= 1 && width % heads == 0
        ? width / heads
        : throw AutoFlipException.BadRequest(
            $"Experiment.Model {model}: {heads} heads cannot share a width of {width}. "
            + $"Choose an Experiment.HiddenSize that is a multiple of {heads}.");

    /// <summary>A projection of attention.</summary>
    /// <param name="Name">Its name.</param>
    /// <param name="From">The branch from the builder's place to its input.</param>
    /// <param name="Layer">The product.</param>
    public readonly record struct Projection(string Name, Func<NetworkBuilder, NetworkBuilder> From, Layer Layer)
    {
        /// <summary>The branch to attention.</summary>
        public (string, Func<NetworkBuilder, NetworkBuilder>) Branch
        {
            get
            {
                var (name, from, layer) = this;
                return ("", s => from(s).Then(layer, name));
            }
        }

        /// <summary>A dense one.</summary>
        public static implicit operator Projection((string Name, Func<NetworkBuilder, NetworkBuilder> From, int Width) dense) =>
            new(dense.Name, dense.From, Linear(dense.Width));
    }
}
