namespace AutoFlip;

/// <summary>A mask as a tensor of a resume state: the bytes that a task carries it in, two of them in each float32 (0 ..
/// 65535), after their number.</summary>
static class SavedMask
{
    /// <summary>Packs a mask. Cost: about a quarter of a byte per parameter, less where it compresses.</summary>
    public static float[] Pack(Mask mask)
    {
        var writer = new MessageWriter();
        WireMask.Of(mask).Write(writer, byReference: false);
        var bytes = writer.Written.Span;
        var packed = new float[2 + (bytes.Length + 1) / 2];
        (packed[0], packed[1]) = (bytes.Length >> 16, bytes.Length & 0xffff);
        for (var i = 0; i < bytes.Length; i++) packed[2 + i / 2] += (i & 1) == 0 ? bytes[i] : 256 * bytes[i];
        return packed;
    }

    /// <summary>Unpacks a mask.</summary>
    /// <param name="packed">What <see cref="Pack"/> made.</param>
    /// <param name="network">The full model.</param>
    /// <param name="path">The file, for messages.</param>
    /// <exception cref="AutoFlipException">It is damaged (exit 3).</exception>
    public static Mask Unpack(ReadOnlySpan<float> packed, Network network, string path)
    {
        try
        {
            foreach (var number in packed)
                if (!(number is >= 0 and <= 65535 && float.IsInteger(number)))
                    throw new InvalidDataException($"it holds {number}, and whole numbers up to 65535 are expected");
            var bytes = new byte[2 * Math.Max(packed.Length - 2, 0)];
            for (var i = 0; i < bytes.Length; i++) bytes[i] = (byte)((int)packed[2 + i / 2] >> 8 * (i & 1));
            var length = packed.Length < 2 ? 0 : (long)packed[0] * 65536 + (long)packed[1];
            if (length > bytes.Length || length < bytes.Length - 1)
                throw new InvalidDataException($"it holds {bytes.Length} bytes where {length} are expected");
            var reader = MessageReader.Bare(bytes.AsSpan(0, (int)length));
            var mask = WireMask.Read(ref reader, new MaskStore(network))
                ?? throw new InvalidDataException("it holds a reference in place of a mask");
            reader.End();
            return mask.Full;
        }
        catch (InvalidDataException damaged)
        {
            throw AutoFlipException.BadFile(path, $"its mask is damaged: {damaged.Message.TrimEnd('.')}. Start a new run", damaged);
        }
    }
}
