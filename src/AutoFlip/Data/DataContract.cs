namespace AutoFlip;

/// <summary>Properties of the data that server and clients agree on before the first round. It holds no samples.</summary>
/// <param name="Shape">The shape of a sample.</param>
/// <param name="Vocabulary">Token ids that samples hold; null if samples are numbers.</param>
/// <param name="Task">What is to be learnt.</param>
/// <param name="Recipe">How raw input becomes a sample.</param>
public sealed record DataContract(SampleShape Shape, int? Vocabulary, LearningTask Task, InputRecipe Recipe);
