using System.Collections.Immutable;

namespace AutoFlip;

/// <summary>A class and its probability.</summary>
/// <param name="Class">The class, from 0.</param>
/// <param name="Name">Its name.</param>
/// <param name="Probability">In [0, 1].</param>
public readonly record struct ClassProbability(int Class, string Name, double Probability);

/// <summary>Prediction of a model for one sample.</summary>
/// <param name="Top">The classes it finds most probable, the predicted one first; empty for numbers. Of a sequence,
/// those behind its last token.</param>
/// <param name="Value">The number; null for classes.</param>
/// <param name="Steps">Under labelling, the predicted class after each token; otherwise empty.</param>
/// <remarks>Probabilities are the softmax of the outputs (of log-probabilities, themselves), or with one output for two classes its
/// sigmoid: what cross-entropy trains. After training with another loss only their order means something.</remarks>
public sealed record Prediction(ImmutableArray<ClassProbability> Top, double? Value, ImmutableArray<string> Steps)
{
    /// <summary>Predicts one sample.</summary>
    /// <param name="runner">The model.</param>
    /// <param name="sample">[C, H, W], prepared as in the model's card (<see cref="ModelCard.Input"/>): numbers of arrays as they
    /// are.</param>
    /// <param name="top">Classes to name, at least one; there may be fewer.</param>
    /// <exception cref="ArgumentException">The sample has another length than the model reads.</exception>
    public static Prediction Of(IModelRunner runner, float[] sample, int top = 5)
    {
        var shape = runner.Card.Input.Shape;
        return sample.Length == shape.Length
            ? Of(runner.Card, runner.Run(sample, count: 1), sample, top)
            : throw new ArgumentException(
                $"The sample has {sample.Length} values; the model reads {shape}, {shape.Length} values.", nameof(sample));
    }

    /// <summary>Reads a model's outputs.</summary>
    /// <param name="card">The model.</param>
    /// <param name="outputs">[outputs], or [steps, outputs].</param>
    /// <param name="sample">What was read.</param>
    /// <param name="top">Classes to name, at least one; there may be fewer.</param>
    public static Prediction Of(ModelCard card, ReadOnlySpan<float> outputs, ReadOnlySpan<float> sample, int top)
    {
        if (card.Task == TaskKind.Regression) return new([], outputs[0], []);
        if (card.Task == TaskKind.Classification) return new(Best(card, outputs, top), null, []);
        var last = sample.LastIndexOfAnyExcept(Vocabulary.Padding);
        var steps = ImmutableArray.CreateBuilder<string>();
        for (var step = 0; step <= last; step++) steps.Add(Best(card, outputs.Slice(step * card.Outputs, card.Outputs), 1)[0].Name);
        return new(Best(card, outputs.Slice(Math.Max(last, 0) * card.Outputs, card.Outputs), top), null, steps.ToImmutable());
    }

    static ImmutableArray<ClassProbability> Best(ModelCard card, ReadOnlySpan<float> outputs, int top)
    {
        ClassProbability Named(int c, double probability) => new(c, card.Classes[c], probability);
        if (outputs.Length == 1)
        {
            var second = 1 / (1 + Math.Exp(-(double)outputs[0]));
            ClassProbability[] both = [Named(0, 1 - second), Named(1, second)];
            if (outputs[0] >= card.CutOffLogit) Array.Reverse(both);
            return [.. both.Take(top)];
        }
        var scores = outputs.ToArray();
        var largest = (double)scores.Max();
        var sum = scores.Sum(score => Math.Exp(score - largest));
        return [.. Enumerable.Range(0, scores.Length).OrderByDescending(c => scores[c]).Take(top) // stable: of equals the first
            .Select(c => Named(c, Math.Exp(scores[c] - largest) / sum))];
    }

    /// <summary>Predictions of a model for inputs, in their order and batch by batch; null for unreadable ones.</summary>
    /// <param name="runner">The model.</param>
    /// <param name="inputs">The inputs.</param>
    /// <param name="top">Classes to name for each.</param>
    public static IEnumerable<(RawInput Input, Prediction? Said)> All(IModelRunner runner, IEnumerable<RawInput> inputs, int top)
    {
        const int Batch = 64;
        foreach (var batch in inputs.Chunk(Batch))
        {
            var samples = batch.Where(input => input.Sample is not null).SelectMany(input => input.Sample!).ToArray();
            var count = batch.Count(input => input.Sample is not null);
            var outputs = count == 0 ? [] : runner.Run(samples, count);
            var next = 0;
            foreach (var input in batch)
            {
                if (input.Sample is null)
                {
                    yield return (input, null);
                    continue;
                }
                var each = outputs.Length / count;
                yield return (input, Of(runner.Card, outputs.AsSpan(next++ * each, each), input.Sample, top));
            }
        }
    }
}
