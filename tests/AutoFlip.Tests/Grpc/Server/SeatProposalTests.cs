using AutoFlip.Grpc;

namespace AutoFlip.Tests;

public class SeatProposalTests
{
    [Fact]
    public void Clients_that_start_at_the_same_time_are_proposed_different_seats()
    {
        var rig = new CoordinatorRig(); // four seats
        rig.Join(1, "early");

        Assert.Equal([0, 2, 3], new[] { "a", "b", "c" }.Select(name => Proposal(rig, name)));
        Assert.Equal(2, Proposal(rig, "b")); // asked again, it is the same
        Assert.Equal(1, Proposal(rig, "early"));
    }

    [Fact]
    public void A_proposal_that_was_not_taken_keeps_nobody_out()
    {
        var rig = new CoordinatorRig();
        foreach (var name in new[] { "a", "b", "c", "d" }) Proposal(rig, name);

        Assert.Equal(0, Proposal(rig, "e")); // all are proposed, none is taken
        for (var seat = 0; seat < CoordinatorRig.Seats; seat++) rig.Join(seat);
        Assert.Equal(-1, Proposal(rig, "e"));
    }

    static int Proposal(CoordinatorRig rig, string name) =>
        (int)rig.Server.Describe(new Caller(name, null), ExperimentFile.ProgramVersion, new RunFacts("", "", [])).ProposedSeat - 1;
}
