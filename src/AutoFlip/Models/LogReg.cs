namespace AutoFlip;

/// <summary>LogReg: logistic regression on the flattened sample; several outputs are log-probabilities, a single one is a logit.</summary>
/// <remarks>Use it with NLLLoss or CrossEntropyLoss: of log-probabilities both are the same number.</remarks>
public static class LogReg
{
    /// <inheritdoc cref="ModelFactory"/>
    public static Network Create(SampleShape input, int outputs, ModelOptions options) =>
        new NetworkBuilder("LogReg", input)
            .Then(new Flatten(), "flatten")
            .Sequence("classifier", c => outputs > 1 ? c.Linear(outputs).Then(new LogSoftmax()) : c.Linear(outputs)) // of one logit it is 0
            .Build(outputs);
}
