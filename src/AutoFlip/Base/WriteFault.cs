namespace AutoFlip;

/// <summary>Exceptions of the system when a file cannot be written.</summary>
static class WriteFault
{
    /// <summary>Tests whether an exception reports a failed write.</summary>
    public static bool Is(Exception failure) => failure is IOException or UnauthorizedAccessException || IsTooLarge(failure);

    /// <summary>The reason, as a sentence.</summary>
    public static string Text(Exception failure) => IsTooLarge(failure)
        ? "it would be larger than its file system or the user's limit (ulimit -f) allows."
        : failure.Message;

    /// <summary>EFBIG: .NET reports it as an ArgumentOutOfRangeException of a parameter 'value'.</summary>
    static bool IsTooLarge(Exception failure) =>
        failure is ArgumentOutOfRangeException { ParamName: "value", Source: "System.Private.CoreLib" };
}
