using AutoFlip.Grpc;

namespace AutoFlip.Tests;

public class ChaosCellTests
{
    const int Rounds = 3;

    static int Matrix => ChaosCell.All.Count(cell => cell.Fault != ChaosFault.None);

    static ChaosCell[] Cells(int runs, ulong seed = 1) => [.. ChaosCell.Of(seed, runs, Rounds, (_, _) => true)];

    [Fact]
    public void First_run_has_no_fault_and_the_next_ones_are_the_matrix_once() => Assert.Equal(
        ChaosCell.All.Order(), Cells(1 + Matrix).Select(cell => (cell.Fault, cell.Moment)).Order());

    [Fact]
    public void Two_laps_have_each_cell_with_and_without_encryption() => Assert.Every(
        Cells(1 + 2 * Matrix).Skip(1).GroupBy(cell => (cell.Fault, cell.Moment)),
        runs => Assert.Equal(
            runs.Key.Fault switch
            {
                ChaosFault.Revocation => [true, true], // without certificates there is none
                ChaosFault.ClockAhead or ChaosFault.ClockBehind => [false, false],
                _ => [false, true],
            },
            runs.Select(run => run.IsSecure).Order()));

    [Fact]
    public void Order_depends_on_the_seed_alone()
    {
        Assert.Equal(Cells(50), Cells(50));
        Assert.NotEqual(Cells(50), Cells(50, seed: 2));
    }

    [Fact]
    public void Faults_begin_before_the_last_round() => Assert.Every(Cells(1 + Matrix), cell => Assert.InRange(cell.Round, 1, Rounds - 1));

    [Fact]
    public void Runs_are_of_the_faults_and_moments_that_are_asked_for() => Assert.Equal(
        [ChaosFault.None, ChaosFault.Reset, ChaosFault.Reset],
        ChaosCell.Of(1, 3, Rounds, (fault, moment) => (fault, moment) == (ChaosFault.Reset, ChaosMoment.Training))
            .Select(cell => cell.Fault));
}
