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
}
