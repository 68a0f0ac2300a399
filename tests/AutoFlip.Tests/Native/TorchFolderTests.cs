namespace AutoFlip.Tests;

/// <summary>The libtorch that a user names is judged by its files, before anything is loaded.</summary>
public sealed class TorchFolderTests : IDisposable
{
    readonly TemporaryDirectory _directory = new();

    string Folder => _directory["torch/lib"];

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("torch/version.py", "__version__ = '2.10.0+cu128'\ndebug = False\n", "2.10.0+cu128")]
    [InlineData("torch/version.py", "from typing import Optional\n\n__version__: str = \"2.10.1\"\n", "2.10.1")]
    [InlineData("torch/build-version", "2.10.0+cpu\n", "2.10.0+cpu")]
    [InlineData("torch/lib/build-version", "2.10.2", "2.10.2")]
    public void Version_is_read_from_the_files_of_Python_and_of_the_archive(string file, string text, string version)
    {
        Make("c10", "torch_cpu", "torch");
        File.WriteAllText(_directory[file], text);

        Assert.Null(TorchFolder.Refuses(Folder));
        Assert.Equal(new(Folder, version, HasCuda: false), TorchFolder.Of(Folder + Path.DirectorySeparatorChar));
    }

    [Fact]
    public void Libraries_come_after_those_that_they_need_and_CUDAs_where_they_are()
    {
        Make("c10", "torch_cpu", "torch");
        Assert.Equal(Paths("c10", "torch_cpu", "torch"), TorchFolder.Of(Folder).Libraries);

        Make("c10_cuda", "torch_cuda");
        var cuda = TorchFolder.Of(Folder);
        Assert.True(cuda.HasCuda);
        Assert.Equal(Paths("c10", "torch_cpu", "c10_cuda", "torch_cuda", "torch"), cuda.Libraries);
    }

    [Theory]
    [InlineData("2.10", true)]
    [InlineData("2.10.0", true)]
    [InlineData("2.10.1+cu128", true)]
    [InlineData("2.11.0+cu130", false)]
    [InlineData("2.1.0", false)]     // its text begins like that of 2.10
    [InlineData("2.100.0", false)]
    [InlineData("12.10.0", false)]
    public void Only_one_minor_version_is_accepted(string version, bool accepted)
    {
        Make("c10", "torch_cpu", "torch");
        File.WriteAllText(_directory["torch/version.py"], $"__version__ = '{version}'\n");

        Assert.Equal(accepted, TorchFolder.IsOfSeries(version));
        Assert.Equal(accepted ? null : $"it is libtorch {version}", TorchFolder.Refuses(Folder));
    }

    [Fact]
    public void Missing_folder_file_and_version_are_refused_and_named()
    {
        Assert.Equal("there is no such folder", TorchFolder.Refuses(Folder));
        Make();
        Assert.Equal($"there is no {TorchFolder.FileOf("c10")} in it", TorchFolder.Refuses(Folder));
        Make("c10", "torch_cpu");
        Assert.Equal($"there is no {TorchFolder.FileOf("torch")} in it", TorchFolder.Refuses(Folder));
        Assert.Equal(
            $"there is no {TorchFolder.FileOf("c10")} in it, but libraries are in its folder lib",
            TorchFolder.Refuses(_directory["torch"]));
        Make("torch");
        Assert.Equal("its version is not known, because neither build-version nor ../version.py is there", TorchFolder.Refuses(Folder));
        Make("torch_cuda");
        Assert.Equal($"there is no {TorchFolder.FileOf("c10_cuda")} in it", TorchFolder.Refuses(Folder));
    }

    [Fact]
    public void Two_of_them_in_a_process_are_refused()
    {
        Assert.Null(TorchLibrary.Mix("/a", loaded: null, searched: null));
        Assert.Null(TorchLibrary.Mix("/a/", loaded: "/a", searched: "/b/../a"));
        Assert.Equal(
            "libtorch is loaded from '/b' already, and a process can have only one", TorchLibrary.Mix("/a", loaded: "/b", searched: "/b"));
        Assert.Equal(
            "the program has another one in '/b', where .NET finds it; leave the package with it out of the program",
            TorchLibrary.Mix("/a", loaded: null, searched: "/b"));
    }

    [Fact]
    public void Command_line_and_library_refuse_a_folder_in_one_sentence()
    {
        const string Accepted =
            "Accepted: a folder with libtorch 2.10: torch/lib of a Python installation, or lib of an unzipped libtorch.";
        Make("c10", "torch_cpu", "torch");
        File.WriteAllText(_directory["torch/version.py"], "__version__ = '2.11.0+cu130'\n");

        var ended = Shell.Run("run", "--libtorch", Folder, "--dataset", "Digits");
        var refused = Assert.Throws<AutoFlipException>(() => LibTorch.Use(Folder));

        Assert.Equal(ExitCode.BadRequest, ended.Exit);
        Assert.Equal($"autoflip: --libtorch: '{Folder}' is not accepted: it is libtorch 2.11.0+cu130. {Accepted}\n", ended.Error);
        Assert.Equal(ExitCode.BadRequest, refused.Code);
        Assert.Equal($"LibTorch.Use: '{Folder}' is not accepted: it is libtorch 2.11.0+cu130. {Accepted}", refused.Message);
    }

    /// <summary>This process has one.</summary>
    [Fact]
    public void One_that_is_not_the_loaded_one_is_refused()
    {
        var loaded = LibTorch.Loaded.Folder;
        Make("c10", "torch_cpu", "torch");
        File.WriteAllText(_directory["torch/build-version"], LibTorch.Version);

        var ended = Shell.Run("demo", $"--libtorch={Folder}");

        Assert.Equal(ExitCode.BadRequest, ended.Exit);
        Assert.Contains($"libtorch is loaded from '{loaded}' already", ended.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("run"), InlineData("resume"), InlineData("demo"), InlineData("experiment"), InlineData("client"), InlineData("worker")]
    [InlineData("server"), InlineData("replay"), InlineData("evaluate"), InlineData("predict"), InlineData("export")]
    public void Commands_that_compute_have_the_option(string command) =>
        Assert.StartsWith(
            "autoflip: --libtorch: '/nowhere' is not accepted: there is no such folder.",
            Shell.Run(command, "--libtorch", "/nowhere").Error, StringComparison.Ordinal);

    [Fact]
    public void A_library_that_does_not_load_is_named_with_the_loaders_words() => Assert.Equal(
        "The native library '/t/libtorch_cuda.so' cannot be loaded: libcudnn.so.9: cannot open shared object file: No such file or "
        + "directory. It must be libtorch 2.10 with all libraries that it needs, and on Linux it needs glibc 2.34 and the libstdc++ of GCC "
        + "12, or later ones.",
        TorchLibrary.Unloadable(
            "/t/libtorch_cuda.so",
            "Unable to load shared library '/t/libtorch_cuda.so' or one of its dependencies. In order to help diagnose loading problems, "
            + "consider using a tool like strace.\nlibcudnn.so.9: cannot open shared object file: No such file or directory\n"));

    [Fact]
    public void What_a_GPU_needs_and_is_missing_is_named()
    {
        LoadedLibTorch plain = new("/t", "2.10.0", HasCuda: false), cuda = plain with { Version = "2.10.0+cu128", HasCuda = true };

        Assert.Equal(
            "The libtorch 2.10.0 in '/t' is without CUDA, so it cannot compute on a GPU. Name one with LibTorch.Use or the environment "
            + "variable AUTOFLIP_LIBTORCH: a folder with libtorch 2.10: torch/lib of a Python installation, or lib of an unzipped "
            + "libtorch, with CUDA.",
            LibTorch.CudaFault(plain, () => throw new InvalidOperationException(), () => 1));
        Assert.StartsWith(
            "NVIDIA's driver is missing", LibTorch.CudaFault(cuda, () => false, () => throw new InvalidOperationException()),
            StringComparison.Ordinal);
        Assert.StartsWith(
            "The libtorch 2.10.0+cu128 in '/t' finds no GPU", LibTorch.CudaFault(cuda, () => true, () => 0), StringComparison.Ordinal);
        Assert.Null(LibTorch.CudaFault(cuda, () => true, () => 1));
    }

    [Fact]
    public void A_libtorch_without_CUDA_is_refused_for_a_GPU()
    {
        Assert.SkipWhen(LibTorch.Loaded.HasCuda, "This libtorch has CUDA.");

        var refused = Assert.Throws<AutoFlipException>(() => LibTorch.RequireCuda());

        Assert.Equal(ExitCode.BadRequest, refused.Code);
        Assert.Contains("is without CUDA", refused.Message, StringComparison.Ordinal);
    }

    IEnumerable<string> Paths(params string[] names) => names.Select(name => Path.Combine(Folder, TorchFolder.FileOf(name)));

    /// <summary>Makes the folder, and in it libraries of a few bytes.</summary>
    void Make(params string[] names)
    {
        Directory.CreateDirectory(Folder);
        foreach (var path in Paths(names)) File.WriteAllText(path, "a library");
    }
}
