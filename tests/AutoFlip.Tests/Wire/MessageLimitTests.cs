namespace AutoFlip.Tests;

/// <summary>A message is one array of less than 2 GB; what does not fit is refused with a sentence.</summary>
public class MessageLimitTests
{
    [Fact]
    public void Sender_refuses_a_message_above_the_limit_before_it_takes_memory()
    {
        var writer = MessageWriter.Begin(MessageKind.Reply);

        var refused = Assert.Throws<AutoFlipException>(() => writer.Take(Message.MaxLength - Message.HeaderLength + 1));

        Assert.Equal(ExitCode.RunFailed, refused.Code);
        Assert.Contains("2,000 MB", refused.Message);
    }

    [Fact]
    public void Model_that_fits_into_no_message_is_refused_before_the_run()
    {
        // 96 x 96 inputs and two layers of 20,000: 9,216 x 20,000 + 20,000 x 20,000 = 584,320,000 weights, 2.3 GB in float32
        var experiment = new Experiment
        {
            Dataset = "Digits",
            Resize = 96,
            Model = "TwoNN",
            HiddenSize = 20_000,
            Partition = "iid",
            WireUp = WireFormat.Fp32,
            WireDown = WireFormat.Fp32,
        };

        var refused = Assert.Throws<AutoFlipException>(
            () => Simulation.Run(experiment, cancel: TestContext.Current.CancellationToken));

        Assert.Equal(ExitCode.BadRequest, refused.Code);
        Assert.Contains("2,000 MB", refused.Message);
    }
}
