namespace AutoFlip;

/// <summary>Area under the precision-recall curve of one logit, as average precision, in [0, 1].</summary>
/// <remarks>
/// Σ (R_k − R_{k−1}) P_k over distinct scores from the highest down, R and P being recall and precision of class 1 if it is predicted
/// from that score on; no interpolation. 1 where all samples are of class 1, undefined where none is. Equal scores are one step.
/// </remarks>
public sealed record Auprc() : BinaryMetric("auprc")
{
    private protected override double? Of(Ranking ranking)
    {
        if (ranking.Positives == 0) return null;
        var (area, before) = (0.0, 0);
        foreach (var (_, positives, negatives) in ranking.Steps)
        {
            area += (double)(positives - before) / ranking.Positives * positives / (positives + negatives);
            before = positives;
        }
        return area;
    }
}
