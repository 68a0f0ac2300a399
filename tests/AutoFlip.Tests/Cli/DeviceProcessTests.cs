namespace AutoFlip.Tests;

/// <summary><c>--device cuda</c> on a machine without a GPU, as a process.</summary>
[Trait("speed", "slow")]
public sealed class DeviceProcessTests : IDisposable
{
    // The paper's own line, the missing dashes before "dataset" included.
    const string Paper = """
        --exp_name CIFAR10_0.30_1 --device cuda --device_ids 0 --seed 1709566899 dataset FashionMNIST --split_type patho --mincls 2
        --test_fraction 0.2 --rawsmpl 1.0 --resize 24 --randhf 0.5 --randjit 0.5 --model_name TwoCNN --hidden_size 32 --dropout 0
        --num_layers 4 --init_type xavier --algorithm autoflip --eval_type both --eval_every 10 --eval_metrics acc1 acc5 f1 precision recall
        --K 20 --R 10 --E 5 --C 0.25 --B 350 --beta 0.9 --optimizer Adam --lr 0.0003 --lr_decay 0.99 --lr_decay_step 1
        --criterion CrossEntropyLoss --Patience_mask 40 --epoochs_mask 3 --perc_clients_for_mask 1 --mask_pruining True
        --treeshold_pruining 0.30
        """;

    readonly TemporaryDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    public static TheoryData<string> Lines => ["--dataset Digits --device cuda", "--dataset Digits --device cuda:1", Paper];

    [Theory, MemberData(nameof(Lines))]
    public void Without_a_GPU_it_says_what_is_missing_and_how_to_get_it_and_writes_nothing(string line)
    {
        Assert.SkipUnless(CudaDriver.Models() is null or [], "This machine has a GPU.");
        string[] words = line.Split((char[])[' ', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries);

        using var process = CliProcess.Start(["run", .. words, "--result-path", _folder["runs"]]);
        var (output, error) = (process.StandardOutput.ReadToEnd(), process.StandardError.ReadToEnd());
        process.WaitForExit();

        Assert.Equal((2, ""), (process.ExitCode, output));
        var last = error.Split('\n', StringSplitOptions.RemoveEmptyEntries)[^1];
        Assert.Matches("^autoflip: .*CUDA.*$", last);
        Assert.Contains("--libtorch", last, StringComparison.Ordinal);
        Assert.Empty(_folder.Files);
    }
}
