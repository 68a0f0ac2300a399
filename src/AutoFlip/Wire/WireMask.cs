using System.Buffers.Binary;
using System.Collections.Immutable;
using System.IO.Hashing;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace AutoFlip;

/// <summary>A mask as a task carries it: its hash, or its bits.</summary>
/// <remarks>The hash is XXH3-128 of the model's identity, the form and all bitmaps, so equal masks have equal hashes on both sides and a
/// client that has a mask need not be sent it again. Computed once per <see cref="Mask"/>.</remarks>
sealed class WireMask
{
    static readonly ConditionalWeakTable<Mask, WireMask> Known = [];

    readonly byte[] _units, _weights; // bitmaps; empty where nothing is removed in that way

    WireMask(Mask mask)
    {
        var small = mask.SmallValues;
        _units = [.. (mask.Units?.Kept ?? []).SelectMany(Bytes)];
        _weights = small.IsAll ? [] : Bytes(small);
        Form = (mask.Units is null ? MaskForm.Dense : MaskForm.Units) | (small.IsAll ? MaskForm.Dense : MaskForm.Weights);
        Tensors = KeptTensors.Of(mask.Layout, mask.Values);
        Hash = HashOf(mask.Layout, Form, _units, _weights);
    }

    /// <summary>In which ways it removes something.</summary>
    public MaskForm Form { get; }

    /// <summary>Its content's address.</summary>
    public UInt128 Hash { get; }

    /// <summary>The kept values of each tensor, local ones too.</summary>
    public KeptTensors Tensors { get; }

    /// <summary>The mask in this shape.</summary>
    public static WireMask Of(Mask mask) => Known.GetValue(mask, static mask => new WireMask(mask));

    /// <summary>A mask's hash in hex; null if it removes nothing, for then nothing about it is ever sent.</summary>
    public static string? NameOf(Mask mask) => Of(mask) is { Form: not MaskForm.Dense } sent ? Name(sent.Hash) : null;

    /// <summary>A hash in hex.</summary>
    public static string Name(UInt128 hash) => hash.ToString("x32");

    /// <summary>Writes form and hash, and the bitmaps unless the receiver has them.</summary>
    public void Write(MessageWriter writer, bool byReference)
    {
        byReference &= Form != MaskForm.Dense;
        writer.Write((byte)(byReference ? Form | MaskForm.Reference : Form));
        if (Form == MaskForm.Dense) return;
        writer.Write(Hash);
        if (byReference) return;
        PackedBytes.Write(writer, _units);
        PackedBytes.Write(writer, _weights);
    }

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    /// <param name="reader">Stands at the form.</param>
    /// <param name="masks">Those that are here already; a new one is put among them.</param>
    /// <returns>Null if the message only refers to a mask, and it is not here.</returns>
    public static ReceivedMask? Read(ref MessageReader reader, MaskStore masks)
    {
        var form = (MaskForm)reader.Read<byte>();
        if (form == MaskForm.Dense) return masks.Dense;
        if ((form & ~(MaskForm.Units | MaskForm.Weights | MaskForm.Reference)) != 0 || form == MaskForm.Reference)
            throw new InvalidDataException($"The message holds a mask of unknown form {(byte)form}.");
        var hash = reader.Read<UInt128>();
        if (form.HasFlag(MaskForm.Reference)) return masks.Find(hash);

        var network = masks.Network;
        var units = form.HasFlag(MaskForm.Units) ? new byte[network.Groups.Sum(group => BitmapLength(group.Width))] : [];
        PackedBytes.Read(ref reader, units);
        var kept = form.HasFlag(MaskForm.Units) ? UnitsOf(network, units) : null;
        var layout = (kept?.Small ?? network).Layout;
        var weights = form.HasFlag(MaskForm.Weights) ? new byte[BitmapLength(layout.Count)] : [];
        PackedBytes.Read(ref reader, weights);
        if (HashOf(network.Layout, form, units, weights) != hash)
            throw new InvalidDataException("The message's mask is not the one that it names.");
        var mask = new ReceivedMask(
            network, kept, form.HasFlag(MaskForm.Weights) ? SelectionOf(weights, layout.Count) : Selection.All(layout.Count),
            masks.Travels);
        masks.Add(hash, mask);
        return mask;
    }

    static Units UnitsOf(Network network, ReadOnlySpan<byte> bitmaps)
    {
        var kept = ImmutableArray.CreateBuilder<Selection>(network.Groups.Length);
        foreach (var group in network.Groups)
        {
            kept.Add(SelectionOf(bitmaps[..BitmapLength(group.Width)], group.Width));
            bitmaps = bitmaps[BitmapLength(group.Width)..];
        }
        try
        {
            return new Units(network, kept.MoveToImmutable());
        }
        catch (ArgumentException e)
        {
            throw new InvalidDataException($"The mask cannot be: {e.Message}", e);
        }
    }

    static Selection SelectionOf(ReadOnlySpan<byte> bitmap, int count)
    {
        var bits = new ulong[Selection.Words(count)];
        bitmap.CopyTo(MemoryMarshal.AsBytes(bits.AsSpan()));
        return (count & 63) != 0 && bits[^1] >> (count & 63) != 0
            ? throw new InvalidDataException("The mask has bits beyond the last value.")
            : Selection.FromBits(bits, count);
    }

    static int BitmapLength(int bits) => (bits + 7) / 8;

    static byte[] Bytes(Selection selection) => MemoryMarshal.AsBytes(selection.Bits)[..BitmapLength(selection.Count)].ToArray();

    static UInt128 HashOf(WeightLayout layout, MaskForm form, ReadOnlySpan<byte> units, ReadOnlySpan<byte> weights)
    {
        var hash = new XxHash128();
        Span<byte> head = stackalloc byte[sizeof(ulong) + 1];
        BinaryPrimitives.WriteUInt64LittleEndian(head, Message.Identity(layout));
        head[^1] = (byte)form;
        hash.Append(head);
        hash.Append(units);
        hash.Append(weights);
        return hash.GetCurrentHashAsUInt128();
    }
}

/// <summary>In which ways a mask removes something, and whether its bits follow.</summary>
[Flags]
enum MaskForm : byte
{
    /// <summary>Nothing is removed.</summary>
    Dense = 0,

    /// <summary>Whole units are.</summary>
    Units = 1,

    /// <summary>Single weights are.</summary>
    Weights = 2,

    /// <summary>The mask is named by its hash alone.</summary>
    Reference = 4,
}
