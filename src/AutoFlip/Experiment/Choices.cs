namespace AutoFlip;

/// <summary>Data that the model is evaluated on: the server's test set, the clients' held-out samples, or both.</summary>
public enum EvaluationScope
{
    /// <summary>On clients' held-out samples.</summary>
    Local,

    /// <summary>On the server's test set.</summary>
    Global,

    /// <summary>On both.</summary>
    Both,
}

/// <summary>Rounds in which the mask is computed.</summary>
public enum MaskRefresh
{
    /// <summary>Every round, from the guidance of that round's cohort: the paper's adaptive pruning.</summary>
    Cohort,

    /// <summary>Once, from all explorers: the default, because a mask that changes costs accuracy.</summary>
    Once,
}

/// <summary>Granularity of pruning: units, single weights or both.</summary>
public enum PruningKind
{
    /// <summary>Whole units first, then single weights of what is left.</summary>
    Hybrid,

    /// <summary>Whole units only: tensors shrink.</summary>
    Structured,

    /// <summary>Single weights only: tensors keep their size.</summary>
    Unstructured,
}

/// <summary>Distribution of the kept weights among layers, at one density of the whole model.</summary>
public enum LayerDensities
{
    /// <summary>Erk where a pruner swaps weights in each layer, else Global.</summary>
    Auto,

    /// <summary>All layers are ranked together.</summary>
    Global,

    /// <summary>Every layer has the same density.</summary>
    Uniform,

    /// <summary>Erdős–Rényi–Kernel: the density of a layer is proportional to the sum of its tensor's sizes over their product, and at
    /// most 1.</summary>
    Erk,
}

/// <summary>Weights that the first mask of a pruner keeps in each layer.</summary>
public enum MaskInit
{
    /// <summary>Drawn from the run's seed.</summary>
    Random,

    /// <summary>Those of the largest magnitude in the server's model.</summary>
    Magnitude,
}

/// <summary>Side of a short text on which padding is added.</summary>
public enum PaddingSide
{
    /// <summary>Behind for models that classify from the first token, else before.</summary>
    Auto,

    /// <summary>Before the text: its last step is its own last token.</summary>
    Before,

    /// <summary>Behind the text: its first step is its own first token.</summary>
    Behind,
}

/// <summary>Value of a weight that a later mask restores.</summary>
public enum Regrow
{
    /// <summary>The last value of the weight.</summary>
    Keep,

    /// <summary>Zero. For single weights only: a whole unit of zeros has no gradient and never moves again.</summary>
    Zero,
}

/// <summary>Normalisation that makes guidance comparable between layers: weights are scaled within their tensor and units within their
/// layer, then compared across layers.</summary>
public enum GuidanceScale
{
    /// <summary>(x - min) / (max - min).</summary>
    MinMax,

    /// <summary>(x - median) / (q75 - q25).</summary>
    Robust,

    /// <summary>x / mean: 1 is average.</summary>
    Mean,

    /// <summary>The share that is lower: every layer loses the same share.</summary>
    Rank,

    /// <summary>x: for guidance that is comparable by itself, as a share of the loss is.</summary>
    None,

    /// <summary>x per multiply-accumulate: x of a unit divided by how often a sample uses each of its incoming weights. Single weights,
    /// whose removal saves no arithmetic, as under None.</summary>
    Mac,

    /// <summary>Rank for whole units, None for single weights.</summary>
    Auto,
}

/// <summary>Number format of the arithmetic of local training. Weights, gradients and the optimiser are float32 in any case.</summary>
public enum TrainingPrecision
{
    /// <summary>float32.</summary>
    Fp32,

    /// <summary>bfloat16 (8 bits of mantissa) in convolutions, products of matrices and what is handed on between them; float32 in
    /// statistics, losses and evaluation.</summary>
    Bf16,

    /// <summary>float32 whose factors are rounded to 10 bits of mantissa in convolutions and products of matrices, evaluation included. Of
    /// GPUs only.</summary>
    Tf32,
}

/// <summary>Code of the forward and backward passes of local training.</summary>
public enum TrainingKernels
{
    /// <summary>Own kernels where they are faster, else libtorch.</summary>
    Auto,

    /// <summary>libtorch.</summary>
    Torch,

    /// <summary>Kernels written for networks of plain convolutions, rectifiers, 2 x 2 pooling and linear layers.</summary>
    Own,
}

/// <summary>Learning task of a table's target.</summary>
public enum TaskChoice
{
    /// <summary>Inferred from the training rows: up to 20 different whole numbers, or texts, are classes; other numbers are a regression
    /// target.</summary>
    Auto,

    /// <summary>Every different value is a class.</summary>
    Classification,

    /// <summary>Values are numbers.</summary>
    Regression,
}

/// <summary>Decimal mark of a table's numbers.</summary>
public enum DecimalChoice
{
    /// <summary>The one that the table's own numbers show (docs/your-data.md).</summary>
    Auto,

    /// <summary>A point.</summary>
    Point,

    /// <summary>A comma.</summary>
    Comma,
}

/// <summary>Averaging of per-class metrics over the classes.</summary>
public enum Average
{
    /// <summary>By how often each class is true: the reference's.</summary>
    Weighted,

    /// <summary>Every class counts alike, of those that occur.</summary>
    Macro,
}

/// <summary>From which output on a single output means class 1.</summary>
public enum CutOffRule
{
    /// <summary>Threshold with the highest Youden's J on the training scores of the round's cohort.</summary>
    Youden,

    /// <summary>A probability of one half, always.</summary>
    Half,
}
