using Parquet;
using Parquet.Schema;

namespace AutoFlip.Tests;

/// <summary>Small Parquet files, written by Parquet.Net.</summary>
static class SmallParquet
{
    public static byte[] Bytes(params ReadOnlySpan<(string Name, Array Values)> columns) => Bytes(new(), int.MaxValue, [], columns);

    /// <param name="options">Compression and encodings.</param>
    /// <param name="rows">Rows of a row group.</param>
    /// <param name="notes">Texts beside the data.</param>
    /// <param name="columns">Name and values of each: numbers, nullable numbers, texts, or byte[][] for a struct of bytes and path.</param>
    public static byte[] Bytes(
        ParquetOptions options, int rows, Dictionary<string, string> notes, params ReadOnlySpan<(string Name, Array Values)> columns)
    {
        var file = new MemoryStream();
        WriteAsync(file, options, rows, notes, columns.ToArray()).GetAwaiter().GetResult();
        return file.ToArray();
    }

    /// <summary>The note that the library datasets writes: a type for each column.</summary>
    public static Dictionary<string, string> Features(params ReadOnlySpan<(string Name, string Type)> features) => new()
    {
        ["huggingface"] = "{\"info\": {\"features\": {"
            + string.Join(", ", features.ToArray().Select(one => $"\"{one.Name}\": {one.Type}")) + "}}}",
    };

    public static string ClassLabel(params string[] names) =>
        "{\"names\": [" + string.Join(", ", names.Select(name => $"\"{name}\"")) + "], \"_type\": \"ClassLabel\"}";

    static async Task WriteAsync(
        Stream file, ParquetOptions options, int rows, Dictionary<string, string> notes, (string Name, Array Values)[] columns)
    {
        Field[] fields = [.. columns.Select(column => FieldOf(column.Name, column.Values))];
        var schema = new Parquet.Schema.ParquetSchema(fields);
        await using var writer = await ParquetWriter.CreateAsync(schema, file, options);
        writer.CustomMetadata = notes;
        for (var start = 0; start < columns[0].Values.Length; start += Math.Min(rows, columns[0].Values.Length))
        {
            using var group = writer.CreateRowGroup();
            for (var c = 0; c < columns.Length; c++)
                await WriteAsync(group, fields[c], columns[c].Values, start..(int)Math.Min(start + (long)rows, columns[c].Values.Length));
        }
    }

    static Field FieldOf(string name, Array values)
    {
        if (values is not byte[][]) return new DataField(name, values.GetType().GetElementType()!);
        return new StructField(name, new DataField<byte[]>("bytes"), new DataField<string>("path"));
    }

    static async Task WriteAsync(ParquetRowGroupWriter group, Field field, Array values, Range rows)
    {
        if (values is byte[][] images && field is StructField image)
        {
            await group.WriteAsync((DataField)image.Fields[0], images[rows]);
            await group.WriteAsync((DataField)image.Fields[1], new string[images[rows].Length]);
            return;
        }
        var plain = (DataField)field;
        await (values switch
        {
            string?[] all => group.WriteAsync(plain, all[rows]),
            int[] all when Is<int>(values) => group.WriteAsync<int>(plain, all[rows]),
            int?[] all => group.WriteAsync<int>(plain, all[rows]),
            uint[] all when Is<uint>(values) => group.WriteAsync<uint>(plain, all[rows]),
            long[] all when Is<long>(values) => group.WriteAsync<long>(plain, all[rows]),
            ulong[] all when Is<ulong>(values) => group.WriteAsync<ulong>(plain, all[rows]),
            float[] all => group.WriteAsync<float>(plain, all[rows]),
            double[] all => group.WriteAsync<double>(plain, all[rows]),
            double?[] all => group.WriteAsync<double>(plain, all[rows]),
            bool[] all => group.WriteAsync<bool>(plain, all[rows]),
            bool?[] all => group.WriteAsync<bool>(plain, all[rows]),
            decimal[] all => group.WriteAsync<decimal>(plain, all[rows]),
            DateTime[] all => group.WriteAsync<DateTime>(plain, all[rows]),
            DateTime?[] all => group.WriteAsync<DateTime>(plain, all[rows]),
            _ => throw new ArgumentException($"{values.GetType()} is not written.", nameof(values)),
        });
    }

    /// <summary>Arrays of int pass for those of uint, and the other way round.</summary>
    static bool Is<T>(Array values) => values.GetType() == typeof(T[]);
}
