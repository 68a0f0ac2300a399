using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace AutoFlip;

/// <summary>Kind of learning task.</summary>
public enum TaskKind
{
    /// <summary>Classification: one class of several per sample.</summary>
    Classification,

    /// <summary>Sequence labelling: a class per step, such as the next word.</summary>
    Labelling,

    /// <summary>Regression: a number per sample.</summary>
    Regression,
}

/// <summary>Learning task of a data set, which determines the meaning of a model's outputs. Known before its data are loaded.</summary>
/// <param name="Kind">Kind of the task.</param>
/// <param name="ClassNames">One name per class; none for numbers.</param>
public sealed record LearningTask(TaskKind Kind, ImmutableArray<string> ClassNames)
{
    /// <summary>Choosing among classes, at least two.</summary>
    public static LearningTask Classification(params ImmutableArray<string> classNames) => new(TaskKind.Classification, classNames);

    /// <summary>Choosing a class at each step of a sequence.</summary>
    public static LearningTask Labelling(params ImmutableArray<string> classNames) => new(TaskKind.Labelling, classNames);

    /// <summary>Regression: one number per sample.</summary>
    public static LearningTask Regression { get; } = new(TaskKind.Regression, []);

    /// <summary>Number of classes; 0 for numbers.</summary>
    [JsonIgnore]
    public int Classes => ClassNames.Length;

    /// <summary>True for classification into two classes: one output, a logit.</summary>
    [JsonIgnore]
    public bool IsBinary => Kind == TaskKind.Classification && Classes == 2;

    /// <summary>Outputs that a model needs, per sample or per step: one per class, but 1 for two classes and for numbers.</summary>
    [JsonIgnore]
    public int Outputs => IsBinary || Kind == TaskKind.Regression ? 1 : Classes;

    /// <summary>Strata by which samples are partitioned and counted: the classes, or a single one where samples have none.</summary>
    [JsonIgnore]
    public ImmutableArray<string> Strata => Kind == TaskKind.Classification ? ClassNames : ["samples"];

    /// <summary>Reason why there can be no such task, without a full stop; null if there can. Tasks come from files, which are not
    /// trusted.</summary>
    internal string? Fault() =>
        ClassNames.IsDefault || ClassNames.Contains(null!) ? "its classes have no names"
        : Kind == TaskKind.Regression ? Classes > 0 ? "numbers have no classes" : null
        : Classes < 2 ? $"at least two classes are needed, there are {Classes}"
        : null;
}
