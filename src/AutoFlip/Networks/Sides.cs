namespace AutoFlip;

/// <summary>Two sizes of an image, in pixels. A whole number stands for a square.</summary>
/// <param name="Height">Along rows, from top to bottom.</param>
/// <param name="Width">Along columns, from left to right.</param>
public readonly record struct Sides(int Height, int Width)
{
    /// <summary>A square.</summary>
    public static implicit operator Sides(int side) => new(side, side);

    /// <inheritdoc/>
    public override string ToString() => Height == Width ? $"{Height}" : $"{Height}x{Width}";
}
