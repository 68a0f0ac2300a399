namespace AutoFlip;

/// <summary>HeteroFL: a client of rate r trains the first ceil(r K) units of every layer.</summary>
/// <remarks>
/// The sub-models are nested: every client trains the first units, only those of rate 1 the last. So the first units of the global model
/// are a good narrow model.
/// <para>Cost: a client of rate r receives, trains and returns about r² of the parameters and of the multiply-accumulates.</para>
/// <para>Source: Diao, Ding and Tarokh 2021 (arXiv 2010.01264). Differs: clients count by their samples; running statistics of batch
/// normalisation are averaged, and static batch normalisation (<see cref="Experiment.StaticBatchNorm"/>), the scaler and the masked loss
/// are off by default; the scaler divides by a layer's share of units, ceil(rK)/K, where the authors divide by r; metrics of a client's
/// training are of its outputs as they are, where the authors' are of the masked ones.</para>
/// </remarks>
[Published("Diao, Ding and Tarokh 2021, arXiv 2010.01264")]
public sealed record HeteroFl : ScaledSubModelPruner
{
}
