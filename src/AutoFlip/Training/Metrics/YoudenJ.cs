namespace AutoFlip;

/// <summary>The probability, in [0, 1], from which on class 1 should have been predicted to maximise
/// Youden's J on these very samples.</summary>
/// <remarks>
/// J = recall of class 1 + recall of class 0 − 1; the highest of equally good scores. Undefined where a class is missing, and where no
/// cut-off is better than chance. As in the reference it is a threshold and not a merit, and it has seen the labels it is reported for:
/// it shows the error of the cut-off in use, and is used nowhere. The cut-off of predictions is fitted on training scores alone: see
/// <see cref="ScoreCounts"/>.
/// </remarks>
public sealed record YoudenJ() : BinaryMetric("youdenj")
{
    private protected override double? Of(Ranking ranking)
    {
        var (best, at) = (0L, float.NaN);
        foreach (var (score, positives, negatives) in ranking.Steps)
        {
            // J times both counts: whole numbers tie exactly
            var j = (long)positives * ranking.Negatives - (long)negatives * ranking.Positives;
            if (j > best) (best, at) = (j, score);
        }
        return best == 0 ? null : 1 / (1 + Math.Exp(-at));
    }
}
