namespace AutoFlip;

/// <summary>SqueezeNet 1.1: fire modules (squeeze to few channels, expand by 1x1 and 3x3 convolutions side
/// by side), no hidden layer.</summary>
/// <remarks>
/// 0.7 million parameters for ten classes. A single output is a logit; class scores are rectified, as published.
/// <para>Source: Iandola et al. 2016, arXiv:1602.07360, in its authors' version 1.1.</para>
/// </remarks>
public static class SqueezeNet
{
    /// <inheritdoc cref="ModelFactory"/>
    public static Network Create(SampleShape input, int outputs, ModelOptions options) =>
        new NetworkBuilder("SqueezeNet", input)
            .Sequence("features", f =>
            {
                Pool(f.Conv2d(64, 3, stride: 2).ReLU());
                Pool(Fire(Fire(f, 16, 64), 16, 64));
                Pool(Fire(Fire(f, 32, 128), 32, 128));
                return Fire(Fire(Fire(Fire(f, 48, 192), 48, 192), 64, 256), 64, 256);
            })
            .Sequence("classifier", c =>
            {
                c.Dropout(options.Dropout).Conv2d(outputs, 1);
                if (outputs > 1) c.ReLU(); // a rectified logit could not be negative
                return c.AdaptiveAvgPool2d(1).Flatten();
            })
            .Build(outputs);

    static NetworkBuilder Pool(NetworkBuilder f) => f.Then(new MaxPool2d(3, 2, Ceiling: true));

    /// <summary>Squeezes to few channels, then expands to twice <paramref name="width"/>.</summary>
    static NetworkBuilder Fire(NetworkBuilder f, int squeezed, int width) => f.Sequence(fire => fire
        .Then(new Conv2d(squeezed, 1), "squeeze").ReLU("squeeze_activation")
        .Fork("cat", new Concat(),
            ("", one => one.Then(new Conv2d(width, 1), "expand1x1").ReLU("expand1x1_activation")),
            ("", three => three.Then(new Conv2d(width, 3, Padding: 1), "expand3x3").ReLU("expand3x3_activation"))));
}
