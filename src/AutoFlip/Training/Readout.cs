using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace AutoFlip;

/// <summary>Reads the scores and losses of batches: on the host at once, from a device many batches at a time, because reading waits for
/// all that was begun there.</summary>
/// <param name="outputs">Where they go, in order.</param>
/// <param name="device">Where they are computed.</param>
/// <param name="check">Called with each loss and the batch's number, from 0, before it counts.</param>
/// <param name="most">Bytes of scores that may wait on a device.</param>
sealed class Readout(Outputs outputs, ComputeDevice device, Action<float, int>? check = null, long most = 64 << 20) : IDisposable
{
    readonly List<(Tensor Scores, Tensor Targets, Tensor Loss)> _waiting = [];
    long _bytes;
    int _batches;

    /// <summary>Adds a batch.</summary>
    /// <param name="scores">[N, outputs], contiguous.</param>
    /// <param name="targets">On the host: int64 [N] classes or float32 [N] numbers.</param>
    /// <param name="loss">Scalar: the batch's mean loss.</param>
    public void Add(Tensor scores, Tensor targets, Tensor loss)
    {
        if (device.IsHost)
        {
            Count(scores, targets, MemoryMarshal.Read<float>(loss.bytes));
            return;
        }
        _waiting.Add((
            scores.detach().DetachFromDisposeScope(), targets.clone().DetachFromDisposeScope(), loss.detach().DetachFromDisposeScope()));
        _bytes += sizeof(float) * scores.numel();
        if (_bytes > most) Read();
    }

    /// <summary>Waits for what was added, and reads it.</summary>
    public void Read()
    {
        if (_waiting.Count == 0) return;
        using var scope = NewDisposeScope();
        var losses = stack(_waiting.Select(batch => batch.Loss)).cpu();
        var scores = cat([.. _waiting.Select(batch => batch.Scores)], 0).cpu();
        var row = 0L;
        foreach (var (batch, (own, targets, _)) in _waiting.Index())
        {
            Count(scores.narrow(0, row, own.size(0)), targets, MemoryMarshal.Read<float>(losses[batch].bytes));
            row += own.size(0);
        }
        Clear();
    }

    /// <inheritdoc/>
    public void Dispose() => Clear();

    void Count(Tensor scores, Tensor targets, float loss)
    {
        check?.Invoke(loss, _batches++);
        outputs.Add(scores, targets, loss);
    }

    void Clear()
    {
        foreach (var (scores, targets, loss) in _waiting)
        {
            scores.Dispose();
            targets.Dispose();
            loss.Dispose();
        }
        _waiting.Clear();
        _bytes = 0;
    }
}
