namespace AutoFlip;

/// <summary>The figure by which runs are compared with each other.</summary>
/// <param name="OnClients">True: the main metric on clients (<see cref="SummaryMain.OnClients"/>). False: on the server's test set
/// (<see cref="SummaryMain.Compared"/>).</param>
/// <remarks>Where clients keep parts of the model, the global one is not for use. Papers with personal models report the mean over clients
/// of the accuracy on a client's own held-out samples, for FedAvg's global model too: so every run is compared there.</remarks>
public sealed record QualityBasis(bool OnClients)
{
    /// <summary>On clients if one of the runs has personal models.</summary>
    public static QualityBasis Of(IEnumerable<RunSummary> runs) => new(runs.Any(run => run.Metrics.Primary.Personal is not null));

    /// <summary>The final figure of a run; null if it was not measured.</summary>
    public double? Of(SummaryMain main) => OnClients ? main.OnClients : main.Compared;

    /// <summary>The figure of an evaluation; null if it was not measured.</summary>
    public double? Of(SummaryEvaluation evaluation) => OnClients ? evaluation.OnClients : evaluation.Value;
}
