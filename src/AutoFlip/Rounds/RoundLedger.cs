using System.Collections.Immutable;
using System.Diagnostics;

namespace AutoFlip;

/// <summary>Collects what a round costs: bytes as sent, samples, seconds of clients and server; and what its replies carry.</summary>
/// <param name="experiment">What is run.</param>
/// <param name="network">The full model.</param>
/// <param name="time">The clock.</param>
sealed class RoundLedger(Experiment experiment, Network network, TimeProvider time)
{
    readonly long _started = time.GetTimestamp();
    readonly double[] _phases = new double[Enum.GetValues<RoundPhase>().Length];
    readonly List<ClientFigures> _trained = [], _inside = [], _outside = [], _personalInside = [], _personalOutside = [];
    readonly ImmutableArray<ClientFailure>.Builder _failures = ImmutableArray.CreateBuilder<ClientFailure>();
    long _down, _up, _dense, _samples, _denseSamples, _model;
    ClientSeconds _seconds = ClientSeconds.Zero;
    decimal _macs; // of forward passes of training
    long _trainedParameters;
    int _trainers;
    ScoreCounts? _counts;
    RoundPhase _phase;
    double _entered;

    /// <summary>Ends the phase under way and begins another; a round begins with <see cref="RoundPhase.Masking"/>.</summary>
    public void Enter(RoundPhase phase)
    {
        var now = Seconds;
        _phases[(int)_phase] += now - _entered;
        (_phase, _entered) = (phase, now);
    }

    double Seconds => time.GetElapsedTime(_started).TotalSeconds;

    /// <summary>Replies so far.</summary>
    public int Replies { get; private set; }

    /// <summary>Decision threshold of a single output as a logit, fitted on the cohort's training scores; 0 if it cannot be
    /// fitted.</summary>
    public float CutOff => _counts?.CutOff ?? 0;

    /// <summary>Enters a reply.</summary>
    /// <param name="task">The client's task.</param>
    /// <param name="reply">The reply.</param>
    /// <param name="isExtra">True for work that plain FedAvg would not have: of a client that joined the cohort to be scored, or that
    /// computes statistics.</param>
    public void Add(ClientTask task, ClientReply reply, bool isExtra = false)
    {
        Replies++;
        var work = task.Work;
        if (work == ClientWork.Train)
        {
            var small = task.MaskOf(reply.Client).Shrink(network);
            _macs += (decimal)reply.TrainSamples * small.MacsPerSample;
            _trainedParameters += small.Layout.ParameterCount;
            _trainers++;
        }
        _down += reply.DownBytes;
        _up += reply.UpBytes;
        _samples += reply.TrainSamples;
        if (!isExtra)
        {
            _dense += 4L * network.Layout.Count * (work == ClientWork.Train ? 2 : 1);
            if (work == ClientWork.Train)
                _denseSamples += (long)reply.Examples * Stragglers.EpochsOf(experiment, task.Round, reply.Client);
        }
        _model = Math.Max(_model, reply.DownBytes);
        if (reply.Seconds is { } seconds) _seconds += seconds;
        if (reply.Failure is { } reason) _failures.Add(new ClientFailure(reply.Client, reason) { Work = work });
        if (reply.Trained is { } trained) _trained.Add(trained);
        if (work == ClientWork.Train && reply.ScoreCounts is { } counts) _counts = (_counts ?? ScoreCounts.Empty) + counts;
        if (reply.HeldOut is { } heldOut) (work == ClientWork.Train ? _inside : _outside).Add(heldOut);
        if (reply.Personal is { } own) (work == ClientWork.Train ? _personalInside : _personalOutside).Add(own);
    }

    /// <summary>The round's report, as of now.</summary>
    /// <param name="task">What the cohort was asked to do.</param>
    /// <param name="cohort">Whom.</param>
    /// <param name="evaluated">The server's own evaluation.</param>
    public RoundReport Report(ClientTask task, int[] cohort, ServerEvaluation? evaluated)
    {
        var (inside, outside) = (Figures.Summarize(_inside), Figures.Summarize(_outside));
        var small = task.Mask.Shrink(network);
        return new RoundReport
        {
            Round = task.Round,
            Time = time.GetUtcNow(),
            Seconds = Seconds,
            MaskSeconds = _phases[(int)RoundPhase.Masking],
            FoldSeconds = _phases[(int)RoundPhase.Folding],
            EvaluateSeconds = _phases[(int)RoundPhase.Evaluating],
            ClientSeconds = _seconds,
            Cohort = [.. cohort],
            Density = task.Mask.Density,
            Mask = WireMask.NameOf(task.Mask),
            TrainedParameters = _trainers == 0 ? small.Layout.ParameterCount : (int)(_trainedParameters / _trainers),
            MacsPerSample = network.MacsPerSample,
            ActiveMacsPerSample = _samples == 0 ? small.MacsPerSample : (long)(_macs / _samples),
            DownBytes = _down,
            UpBytes = _up,
            DenseFp32Bytes = _dense,
            ModelBytes = _model,
            TrainSamples = _samples,
            DenseTrainSamples = _denseSamples,
            PeakRssBytes = Process.GetCurrentProcess().PeakWorkingSet64,
            LearningRate = task.LearningRate,
            Failures = _failures.ToImmutable(),
            CutOff = _counts is null ? null : 1 / (1 + Math.Exp(-CutOff)),
            ClientsUpdated = Figures.Summarize(_trained) ?? ImmutableSortedDictionary<string, MetricSummary>.Empty,
            ClientsEvaluatedIn = inside,
            ClientsEvaluatedOut = outside,
            ClientsPersonalIn = Figures.Summarize(_personalInside),
            ClientsPersonalOut = Figures.Summarize(_personalOutside),
            ServerEvaluated = evaluated,
            GeneralizationGap = Figures.GeneralizationGap(inside, outside),
        };
    }
}
