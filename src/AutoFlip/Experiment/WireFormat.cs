namespace AutoFlip;

/// <summary>Number format of the values between server and clients. The enum's numbers are those of docs/protocol.md.</summary>
public enum WireFormat : byte
{
    /// <summary>32-bit floats: lossless.</summary>
    Fp32 = 1,

    /// <summary>16-bit floats with a power of two per tensor: 11 significant bits.</summary>
    Fp16 = 2,

    /// <summary>8-bit integers with a scale per tensor, rounded at random without bias; clients make up for
    /// what their own rounding lost.</summary>
    Int8 = 3,
}
