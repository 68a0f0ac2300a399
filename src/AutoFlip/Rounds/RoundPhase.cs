namespace AutoFlip;

/// <summary>Phase of a round on the server.</summary>
enum RoundPhase
{
    /// <summary>Makes the mask, and the weights under it.</summary>
    Masking,

    /// <summary>Waits for clients, or does what is not measured on its own.</summary>
    Waiting,

    /// <summary>Checks and folds replies, and updates the model.</summary>
    Folding,

    /// <summary>Evaluates after the update.</summary>
    Evaluating,
}
