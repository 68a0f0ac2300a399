using AutoFlip.Grpc;

namespace AutoFlip.Tests;

public class AdminCallsTests
{
    readonly FakeServer _server = new();

    [Theory]
    [InlineData("/drain", "drain")]
    [InlineData("/close-round", "close")]
    [InlineData("/quarantine/bob", "exclude bob")]
    [InlineData("/admit/bob", "admit bob")]
    public void A_request_with_post_reaches_the_server_once(string path, string asked)
    {
        var answer = Answer(isPost: true, path);

        Assert.Equal([asked], _server.Asked);
        Assert.Equal((200, $$"""{"done":true,"message":"{{asked}}: noted."}""" + "\n"), (answer.Code, answer.Body));
    }

    [Theory]
    [InlineData("/drain", 405)]
    [InlineData("/close-round", 405)]
    [InlineData("/quarantine/bob", 404)]
    [InlineData("/nothing", 404)]
    public void A_get_changes_nothing(string path, int code)
    {
        Assert.Equal(code, Answer(isPost: false, path).Code);
        Assert.Empty(_server.Asked);
    }

    [Theory]
    [InlineData("/status", 405)]
    [InlineData("/quarantine/", 404)]
    [InlineData("/quarantine/a/b", 404)]
    [InlineData("/quarantine/a b", 404)]
    public void A_post_without_meaning_is_refused(string path, int code)
    {
        Assert.Equal(code, Answer(isPost: true, path).Code);
        Assert.Empty(_server.Asked);
    }

    [Fact]
    public void A_request_that_cannot_be_carried_out_now_is_a_conflict()
    {
        _server.Refuses = true;

        Assert.Equal(409, Answer(isPost: true, "/close-round").Code);
    }

    [Fact]
    public void Health_and_readiness_give_their_reasons()
    {
        Assert.Equal((200, "ok\n"), Read("/healthz"));
        Assert.Equal((200, "ok\n"), Read("/readyz"));

        (_server.Death, _server.Reasons) = ("It stands still.", ["The disk is full.", "It drains."]);

        Assert.Equal((503, "It stands still.\n"), Read("/healthz"));
        Assert.Equal((503, "The disk is full.\nIt drains.\n"), Read("/readyz"));
    }

    (int, string) Read(string path) => Answer(isPost: false, path) is var answer ? (answer.Code, answer.Body) : default;

    AdminAnswer Answer(bool isPost, string path) => new AdminCalls(_server, () => "").Answer(isPost, path);
}
