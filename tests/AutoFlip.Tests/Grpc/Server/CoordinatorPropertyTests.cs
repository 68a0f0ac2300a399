using CsCheck;
using Grpc.Core;

namespace AutoFlip.Tests;

/// <summary>Random sequences of everything that can happen to a round, among them kills of the server and failures of the power.</summary>
[Trait("speed", "slow")]
public class CoordinatorPropertyTests
{
    enum Event { Join, Lose, Part, All, Damaged, OtherTask, Wait, WaitLong, Close, Kill, Power }

    static readonly Gen<(Event What, int Seat)[]> Events = Gen.Select(
        Gen.Enum<Event>(), Gen.Int[0, CoordinatorRig.Seats - 1], (what, seat) => (what, seat)).Array[1, 40];

    [Fact]
    public async Task What_was_accepted_counts_once_and_what_was_closed_stays_closed()
    {
        var most = 0;
        await Events.SampleAsync(async events =>
        {
            using var rig = new CoordinatorRig(new() { Timeout = TimeSpan.FromSeconds(60), MinClients = 2 });
            var random = new KeyedRandom((ulong)events.Length);
            var accepted = new HashSet<int>();
            var ended = new Dictionary<int, string>(); // seat: the reply's bytes, or the reason
            rig.JoinAll();
            await rig.OpenAsync(CoordinatorRig.TaskOf(1));
            foreach (var (what, seat) in events)
            {
                await HappensAsync(rig, what, seat, random, accepted);
                most = Math.Max(most, accepted.Count);
                try
                {
                    foreach (var at in accepted) await rig.Answers[at];
                }
                catch (AutoFlipException) // too few clients: the run has failed, and what was accepted waits to be resumed
                {
                    return;
                }
                if (rig.Answers.Any(answer => answer.IsFaulted)) return;
                foreach (var (at, answer) in rig.Answers.Index().Where(answer => answer.Item.IsCompletedSuccessfully))
                {
                    var end = await EndOf(answer);
                    Assert.Equal(ended.GetValueOrDefault(at, end), end); // once decided, decided for good, restarts included
                    ended[at] = end;
                }
                foreach (var at in accepted) Assert.Equal(Convert.ToHexString(rig.ReplyOf(at).Span), ended.GetValueOrDefault(at));
            }
        }, iter: 10_000, threads: 1);
        Assert.InRange(most, 1, CoordinatorRig.Seats);
    }

    static async Task HappensAsync(CoordinatorRig rig, Event what, int seat, KeyedRandom random, HashSet<int> accepted)
    {
        var canCall = rig.Sessions[seat] is { Ended: null };
        switch (what)
        {
            case Event.Join:
                TryJoin(rig, seat);
                break;
            case Event.Lose:
                rig.Lose(seat);
                break;
            case Event.Part when canCall:
                rig.Upload(seat, bytes: 1 + random.Next(20));
                break;
            case Event.All when canCall:
                if (rig.Upload(seat).Status == AutoFlip.Grpc.V1.ReceiptStatus.Accepted) Assert.True(accepted.Add(seat));
                break;
            case Event.Damaged when canCall:
                rig.Upload(seat, damaged: true);
                break;
            case Event.OtherTask when canCall:
                rig.Upload(seat, reply: ReplyCodec.Without(ReplyStatus.Failed, CoordinatorRig.TaskOf(9).Id, seat, "late"));
                break;
            case Event.Wait:
                rig.Time.Now += TimeSpan.FromSeconds(5);
                rig.Server.Tick();
                break;
            case Event.WaitLong:
                rig.Time.Now += TimeSpan.FromSeconds(70);
                rig.Server.Tick();
                break;
            case Event.Close:
                rig.Server.CloseRound();
                break;
            case Event.Kill or Event.Power:
                if (what == Event.Power) rig.Disk.PowerFails(random);
                rig.Restart();
                for (var each = 0; each < CoordinatorRig.Seats; each++) TryJoin(rig, each);
                if (rig.Sessions.Contains(null)) rig.AdmitAll();
                await rig.OpenAsync(rig.Task);
                break;
        }
    }

    /// <summary>Joins, unless the server has excluded the client for joining too often.</summary>
    static void TryJoin(CoordinatorRig rig, int seat)
    {
        try
        {
            rig.Join(seat);
        }
        catch (RpcException e) when (e.StatusCode == StatusCode.PermissionDenied)
        {
        }
    }

    static async Task<string> EndOf(Task<Answer> answer) =>
        (await answer) is { Failure: null } reply ? Convert.ToHexString(reply.Read().Span) : (await answer).Failure!;
}
