namespace AutoFlip.Tests;

public class MatReaderTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Arrays_are_found_by_name_compressed_or_not(bool compressed)
    {
        byte[][] arrays =
        [
            SmallImages.Matrix("X", [2, 3], 2, [1, 2, 3, 4, 5, 6]),
            SmallImages.Matrix("other", [1, 1], 2, [9]),
            SmallImages.Matrix("text", [1, 2], 4, [65, 0, 66, 0], kind: 4),
            SmallImages.Matrix("y", [3, 1], 4, [1, 0, 0, 1, 2, 0], kind: 6),
            SmallImages.Matrix("z", [1, 2], 9, [.. BitConverter.GetBytes(7.0), .. BitConverter.GetBytes(0.5)], kind: 6),
        ];

        var read = Read(SmallImages.Mat(compressed ? [.. arrays.Select(SmallImages.Compressed)] : arrays), "X", "y", "z");

        Assert.Equal([2, 3], read["X"].Sizes);
        Assert.True(read["X"].AreBytes);
        Assert.Equal([1, 2, 3, 4, 5, 6], read["X"].Bytes);
        Assert.Equal([1, 256, 2], read["y"].Integers());
        Assert.Equal([7, -1], read["z"].Integers()); // a half is no whole number
        Assert.Equal(3, read.Count);
    }

    [Fact]
    public void Text_and_cells_are_passed_over_wherever_they_stand()
    {
        // A cell array: flags, sizes, name, and an array in the place of values.
        var cell = SmallImages.Matrix("c", [1, 1], 14, SmallImages.Matrix("", [1, 1], 2, [5])[8..], kind: 1);

        var read = Read(SmallImages.Mat(cell, SmallImages.Matrix("y", [1, 1], 2, [3])), "y");

        Assert.Equal([3], read["y"].Integers());
    }

    [Theory]
    [InlineData("short", "ends within its header")]
    [InlineData("hdf5", "MATLAB 7.3 (HDF5)")]
    [InlineData("other", "does not start like")]
    [InlineData("big-endian", "does not start like")]
    [InlineData("missing", "no array of numbers named X")]
    [InlineData("cut", "it is truncated: 13 of 20 bytes")]
    [InlineData("cut tag", "ends within an element")]
    [InlineData("huge", "it is truncated: 24 of 2000000000 bytes")]
    [InlineData("sizes", "its array X has other sizes than values")]
    [InlineData("order", "has no flags where they should be")]
    [InlineData("zlib", "compressed data fail their own check")]
    public void A_bad_file_is_refused_by_name(string how, string reason)
    {
        var array = SmallImages.Matrix("X", [4, 5], 2, new byte[20]);
        var file = SmallImages.Mat(array);
        switch (how)
        {
            case "short": file = file[..100]; break;
            case "hdf5": "MATLAB 7.3"u8.CopyTo(file); break;
            case "other": file[0] = 0; break;
            case "big-endian": (file[126], file[127]) = (file[127], file[126]); break;
            case "missing": file = SmallImages.Mat(); break;
            case "cut": file = file[..^11]; break; // 4 bytes fill the 20 up to 24
            case "cut tag": file = file[..131]; break;
            // the tag of the values is their length and 24 bytes before the end
            case "huge": BitConverter.GetBytes(2_000_000_000).CopyTo(file, file.Length - 28); break;
            case "sizes": file = SmallImages.Mat(SmallImages.Matrix("X", [4, 6], 2, new byte[20])); break;
            case "order": file[136] = 5; break;
            case "zlib":
                file = SmallImages.Mat(SmallImages.Compressed(array));
                file[^1] ^= 0xFF; // of the checksum
                break;
        }

        var error = Assert.Throws<AutoFlipException>(() => Read(file, "X"));

        Assert.Equal(ExitCode.BadData, error.Code);
        Assert.Contains("images.mat'", error.Message, StringComparison.Ordinal);
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
    }

    /// <summary>Zeros are pixels: a small compressed file can hold any number of them.</summary>
    [Fact]
    public void An_array_that_is_longer_than_the_set_is_refused_and_one_that_nobody_wants_is_passed_over()
    {
        byte[][] arrays = [
            SmallImages.Matrix("X", [6, 1], 2, new byte[6]), SmallImages.Matrix("other", [1000, 1000], 2, new byte[1_000_000])];
        foreach (var file in (byte[][])[SmallImages.Mat(arrays), SmallImages.Mat([.. arrays.Select(SmallImages.Compressed)])])
        {
            Assert.Equal(6, Read(file, most: 6, "X")["X"].Bytes.Length);
            Assert.Contains("an array of it claims 1000000 bytes, and the data set has at most 999999",
                Assert.Throws<AutoFlipException>(() => Read(file, most: 999_999, "other")).Message, StringComparison.Ordinal);
        }
    }

    static IReadOnlyDictionary<string, MatArray> Read(byte[] content, params string[] names) => Read(content, most: 2_000_000_000, names);

    static IReadOnlyDictionary<string, MatArray> Read(byte[] content, long most, params string[] names)
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("images.mat", content);
        var place = new DataFolder(folder.Path, DataFolder.BuiltIn.Files.Add("images.mat", path));
        return place.Read("images.mat", (stream, file) => MatReader.Read(stream, file, most, names));
    }
}
