namespace AutoFlip;

/// <summary>The values that an optimiser's formula computes with: those of some parameters at a time. Each operation is rounded by itself,
/// so that a formula gives the same bits in every kind of value.</summary>
interface IArithmetic<TSelf>
    where TSelf : struct, IArithmetic<TSelf>
{
    /// <summary>One number for all parameters, rounded to their type.</summary>
    static abstract TSelf Of(double number);

    static abstract TSelf operator +(TSelf left, TSelf right);

    static abstract TSelf operator -(TSelf left, TSelf right);

    static abstract TSelf operator *(TSelf left, TSelf right);

    static abstract TSelf operator /(TSelf left, TSelf right);

    /// <summary>The square root.</summary>
    static abstract TSelf Sqrt(TSelf value);
}

/// <summary>The arithmetic of one optimiser on some parameters at a time.</summary>
/// <remarks>A struct, so that a pass over vectors is compiled once per rule with everything inlined and constants in registers.</remarks>
interface IUpdateRule<TValue>
    where TValue : struct, IArithmetic<TValue>
{
    /// <summary>State values per parameter: 0, 1 or 2.</summary>
    static abstract int StateCount { get; }

    /// <summary>Computes what is the same for all parameters.</summary>
    /// <param name="step">From 1.</param>
    /// <param name="learningRate">Of this step.</param>
    void Prepare(int step, double learningRate);

    /// <summary>The new weights; the state is updated in place.</summary>
    TValue Update(TValue weight, TValue gradient, ref TValue first, ref TValue second);
}

/// <summary>Makes a stepper that computes with one kind of value, whatever the rule.</summary>
interface IStepperMaker<TValue, TStepper>
    where TValue : struct, IArithmetic<TValue>
{
    /// <summary>The stepper of a rule.</summary>
    TStepper With<TRule>(TRule rule)
        where TRule : struct, IUpdateRule<TValue>;
}
