using System.Collections.Immutable;

namespace AutoFlip;

/// <summary>What kind of thing is to be said about a sample.</summary>
public enum TaskKind
{
    /// <summary>Which one of several classes it is.</summary>
    Classification,

    /// <summary>A class for each step of a sequence: the next word, say.</summary>
    Labelling,

    /// <summary>A number.</summary>
    Regression,
}

/// <summary>What is to be learnt from a data set, and so what a model's outputs mean. Known before any of its data are.</summary>
/// <param name="Kind">What kind of thing is said.</param>
/// <param name="ClassNames">One name per class; none for numbers.</param>
public sealed record LearningTask(TaskKind Kind, ImmutableArray<string> ClassNames)
{
    /// <summary>Choosing among classes, at least two.</summary>
    public static LearningTask Classification(params ImmutableArray<string> classNames) => new(TaskKind.Classification, classNames);

    /// <summary>Choosing a class at each step of a sequence.</summary>
    public static LearningTask Labelling(params ImmutableArray<string> classNames) => new(TaskKind.Labelling, classNames);

    /// <summary>Saying a number.</summary>
    public static LearningTask Regression { get; } = new(TaskKind.Regression, []);

    /// <summary>Number of classes; 0 for numbers.</summary>
    public int Classes => ClassNames.Length;

    /// <summary>Whether samples are of one of two classes: one output, a logit, tells them apart.</summary>
    public bool IsBinary => Kind == TaskKind.Classification && Classes == 2;

    /// <summary>Outputs that a model needs, per sample or per step: one per class, but 1 for two classes and for numbers.</summary>
    public int Outputs => IsBinary || Kind == TaskKind.Regression ? 1 : Classes;

    /// <summary>What samples are dealt and counted by: the classes, or one for all where a sample has no class of its own.</summary>
    public ImmutableArray<string> Strata => Kind == TaskKind.Classification ? ClassNames : ["samples"];
}
