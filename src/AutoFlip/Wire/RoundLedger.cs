using System.Collections.Immutable;

namespace AutoFlip;

/// <summary>Collects what a round's replies carry: bytes as sent, samples, figures, failures.</summary>
/// <param name="mask">The round's mask.</param>
sealed class RoundLedger(Mask mask)
{
    readonly List<ClientFigures> _trained = [], _inside = [], _outside = [];
    readonly ImmutableArray<ClientFailure>.Builder _failures = ImmutableArray.CreateBuilder<ClientFailure>();
    long _down, _up, _dense, _samples, _model;

    /// <summary>Replies so far.</summary>
    public int Replies { get; private set; }

    /// <summary>The first failure, for an error message.</summary>
    public string FirstFailure => _failures is [var first, ..] ? $"Client {first.Client}: {first.Reason}" : "";

    /// <summary>Enters a reply.</summary>
    public void Add(ClientWork work, ClientReply reply)
    {
        Replies++;
        _down += reply.DownBytes;
        _up += reply.UpBytes;
        _dense += 4L * mask.Layout.Count * (work == ClientWork.Train ? 2 : 1);
        _samples += reply.TrainSamples;
        _model = Math.Max(_model, reply.DownBytes);
        if (reply.Failure is { } reason) _failures.Add(new ClientFailure(reply.Client, reason));
        if (reply.Trained is { } trained) _trained.Add(trained);
        if (reply.HeldOut is { } heldOut) (work == ClientWork.Train ? _inside : _outside).Add(heldOut);
    }

    /// <summary>The round's report; times and the server's evaluation are the caller's.</summary>
    public RoundReport Report(int round, int[] cohort, double learningRate)
    {
        var (inside, outside) = (Figures.Summarize(_inside), Figures.Summarize(_outside));
        return new RoundReport
        {
            Round = round,
            Time = default,
            Seconds = 0,
            MaskSeconds = 0,
            EvaluateSeconds = 0,
            Cohort = [.. cohort],
            Density = mask.Density,
            DownBytes = _down,
            UpBytes = _up,
            DenseFp32Bytes = _dense,
            ModelBytes = _model,
            TrainSamples = _samples,
            LearningRate = learningRate,
            Failures = _failures.ToImmutable(),
            ClientsUpdated = Figures.Summarize(_trained) ?? ImmutableSortedDictionary<string, MetricSummary>.Empty,
            ClientsEvaluatedIn = inside,
            ClientsEvaluatedOut = outside,
            GeneralizationGap = Figures.GeneralizationGap(inside, outside),
        };
    }
}
