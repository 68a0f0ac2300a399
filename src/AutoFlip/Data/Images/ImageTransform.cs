namespace AutoFlip;

/// <summary>
/// Transformations of an image for a batch: crop, rotation, horizontal flip, vertical flip, colour jitter, then float32.
/// </summary>
/// <remarks>
/// Semantics and rounding are torchvision's on Pillow images, pixel for pixel. The resize that comes first is not here: it is
/// done once, when the data is loaded (<see cref="ImageSet.Resized"/>).
/// </remarks>
public sealed record ImageTransform
{
    /// <summary>Pixels of padding by reflection on each side, out of which the image's size is cropped; 0 turns it off.</summary>
    public int CropPadding { get; init; }

    /// <summary>Largest rotation in degrees, either way, uniform; 0 turns it off.</summary>
    public double RotationDegrees { get; init; }

    /// <summary>Probability of a horizontal flip, in [0, 1]; 0 turns it off.</summary>
    public double HorizontalFlip { get; init; }

    /// <summary>Probability of a vertical flip, in [0, 1]; 0 turns it off.</summary>
    public double VerticalFlip { get; init; }

    /// <summary>Strength j of the colour jitter, in [0, 0.5]; 0 turns it off.</summary>
    public double ColorJitter { get; init; }

    /// <summary>
    /// Normalises channels with ImageNet's mean and standard deviation. One channel uses red's (0.485, 0.229): the reference cannot
    /// normalise grey images at all.
    /// </summary>
    public bool ImageNetNormalization { get; init; }

    /// <summary>True if any random augmentation is enabled.</summary>
    public bool Augments => CropPadding > 0 || RotationDegrees > 0 || HorizontalFlip > 0 || VerticalFlip > 0 || ColorJitter > 0;

    /// <summary>The transform of an experiment.</summary>
    public static ImageTransform Of(Experiment experiment) => new()
    {
        CropPadding = experiment.RandomCrop,
        RotationDegrees = experiment.RandomRotation,
        HorizontalFlip = experiment.RandomHorizontalFlip,
        VerticalFlip = experiment.RandomVerticalFlip,
        ColorJitter = experiment.ColorJitter,
        ImageNetNormalization = experiment.ImageNetNormalization,
    };
}
