using System.Text;

namespace AutoFlip.Tests;

/// <summary><c>autoflip data contract</c>.</summary>
public sealed class ContractCommandTests : IDisposable
{
    readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Contract_of_a_public_set_is_that_of_a_simulation()
    {
        var ended = Shell.Run("data", "contract", "digits", "--resize", "12", "--imagenet-normalization");

        Assert.Equal((ExitCode.Done, ""), (ended.Exit, ended.Error));
        var experiment = new Experiment { Dataset = "Digits", Resize = 12, ImageNetNormalization = true };
        Assert.Equal(FederatedData.Load(experiment, new(), ILoadObserver.None).Contract.ToJson(), ended.Out);
    }

    [Fact]
    public void Moments_of_a_table_are_those_of_the_clients_of_the_simulation()
    {
        _folder.Write("t.csv", Encoding.UTF8.GetBytes(
            "x,y\n" + string.Concat(Enumerable.Range(0, 40).Select(i => $"{i * i / 8.0},{i % 3 * 0.5}\n"))));
        string[] options = ["--target", "y", "--task", "regression", "--partition", "iid", "--clients", "4", "--seed", "7"];

        var ended = Shell.Run(["data", "contract", $"csv:{_folder["t.csv"]}", "-o", _folder["c.json"], .. options]);

        Assert.Equal((ExitCode.Done, _folder["c.json"] + "\n"), (ended.Exit, ended.Out));
        var experiment = new Experiment
        {
            Dataset = $"csv:{_folder["t.csv"]}",
            Target = "y",
            TaskChoice = TaskChoice.Regression,
            Partition = "iid",
            Clients = 4,
            Seed = 7,
        };
        Assert.Equal(
            FederatedData.Load(experiment, new(), ILoadObserver.None).Contract.Sha256, DataContract.Load(_folder["c.json"]).Sha256);
    }

    [Fact]
    public void Without_a_name_the_names_are_listed()
    {
        var ended = Shell.Run("data", "contract");

        Assert.Equal(ExitCode.BadRequest, ended.Exit);
        Assert.Contains("data contract: the name of a data set is expected: Digits, MNIST", ended.Error, StringComparison.Ordinal);
    }
}
