namespace AutoFlip;

/// <summary>LogReg: logistic regression on the flattened sample; several outputs are log-probabilities, a single one is a logit.</summary>
/// <remarks>Use it with NLLLoss or CrossEntropyLoss: of log-probabilities both are the same number.</remarks>
public static class LogReg
{
    /// <inheritdoc cref="ModelFactory"/>
    public static Network Create(SampleShape input, int outputs, ModelOptions options) =>
        new NetworkBuilder("LogReg", input)
            .Then(new Flatten(), "flatten")
            .Sequence("classifier", c =>
            {
                c.Linear(outputs);
                if (outputs > 1) c.Then(new LogSoftmax()); // of a single output it would be constantly 0
            })
            .Build(outputs);
}
