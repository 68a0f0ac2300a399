using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace AutoFlip;

/// <summary>Checks an ONNX file: its checksum and the hash of its weights as <see cref="OnnxModel"/> writes them,
/// and that weights are finite.</summary>
/// <remarks>Cost: three passes over the file.</remarks>
static class OnnxCheck
{
    const int GraphField = 7, RemarksField = 14, InitializerField = 5; // of ModelProto, ModelProto and GraphProto
    const int TypeField = 2, NameField = 8, ValuesField = 9; // of TensorProto
    const string Changed = "so a part of it has changed since it was exported";

    /// <summary>Error of a file, without a full stop; null if it is valid. In files of other programs only non-finite values are
    /// detected.</summary>
    public static string? Fault(ReadOnlySpan<byte> file)
    {
        var digits = Seal.InOnnx(file);
        if (Seal.Fault(file, digits, isRequired: false) is { } fault) return $"{fault}, {Changed}";
        try
        {
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            string? named = null, infinite = null;
            for (var model = new ProtoReader(file); model.Next();)
            {
                if (model.Field == RemarksField) named ??= HashIn(model.Bytes);
                if (model.Field != GraphField) continue;
                for (var graph = new ProtoReader(model.Bytes); graph.Next();)
                    if (graph.Field == InitializerField) infinite ??= Read(graph.Bytes, named is null ? null : hash); // remarks come first
            }
            if (named is not null && digits is null) return $"its checksum (xxh3) is missing, {Changed}";
            if (infinite is not null) return $"the tensor '{ForeignText.Quote(infinite)}' has values that are not finite (NaN or infinity)";
            return named is null || named == Convert.ToHexStringLower(hash.GetHashAndReset())
                ? null
                : $"its weights do not have the {WeightsHash.Key} that its metadata name";
        }
        catch (InvalidDataException)
        {
            return "it is not an ONNX model";
        }
    }

    /// <summary>The hash of the weights, if that is the remark.</summary>
    static string? HashIn(ReadOnlySpan<byte> remark)
    {
        string? key = null, value = null;
        for (var entry = new ProtoReader(remark); entry.Next();)
            if (entry.Field == 1) key = Encoding.UTF8.GetString(entry.Bytes);
            else if (entry.Field == 2) value = Encoding.UTF8.GetString(entry.Bytes);
        return key == WeightsHash.Key ? value : null;
    }

    /// <summary>Hashes the values of a tensor; its name if one of them is not finite.</summary>
    static string? Read(ReadOnlySpan<byte> initializer, IncrementalHash? hash)
    {
        var (type, name, isFinite) = (OnnxType.Float, "", true);
        for (var tensor = new ProtoReader(initializer); tensor.Next();)
            switch (tensor.Field)
            {
                case TypeField: type = (OnnxType)tensor.Number; break;
                case NameField: name = Encoding.UTF8.GetString(tensor.Bytes); break;
                case ValuesField:
                    hash?.AppendData(tensor.Bytes);
                    isFinite = type switch
                    {
                        OnnxType.Float => TensorPrimitives.IsFiniteAll(MemoryMarshal.Cast<byte, float>(tensor.Bytes)),
                        OnnxType.Half => TensorPrimitives.IsFiniteAll(MemoryMarshal.Cast<byte, Half>(tensor.Bytes)),
                        _ => true,
                    };
                    break;
            }
        return isFinite ? null : name;
    }
}
