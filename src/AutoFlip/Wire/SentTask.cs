namespace AutoFlip;

/// <summary>A task as the server sends it, encoded at most once with its mask and once without, and what the answers to it mean.</summary>
/// <remarks>
/// Where clients train sub-models of their own (<see cref="ClientTask.SubModels"/>) there is one such task for each mask, with the same
/// id. Its mask is sent each time: another round may give the client other units, and those of a sub-model take few bytes.
/// The model is the same for all clients of a round, so its random rounding is keyed by round and work alone.
/// <para>What clients return is taken relative to what they received: under a lossy format the server adds a client's difference to its
/// own exact weights, so that the rounding error of the model sent to clients never enters the model itself. Statistics are replaced by
/// the mean at once (docs/decisions/0005) and are therefore taken as they are.</para>
/// </remarks>
sealed class SentTask
{
    readonly Experiment _experiment;
    readonly ClientTask _task;
    readonly UInt128 _run, _id;
    readonly bool _isSubModel;
    readonly Lock _lock = new();
    readonly ValueFormat _down, _up;
    readonly KeyedRandom _random;
    readonly WireMask _mask;
    readonly Mask _sent;
    readonly KeptTensors _tensors;
    readonly KeptTensors? _due;
    readonly Lazy<ReadOnlyMemory<byte>> _whole, _byReference;
    readonly Dictionary<Mask, SentTask> _subModels = new(ReferenceEqualityComparer.Instance);
    ReadOnlyMemory<byte> _values; // as encoded, inside the message that was made first
    ReadOnlyMemory<float> _base;

    /// <summary>Prepares a task; nothing is encoded yet.</summary>
    /// <param name="experiment">The run's experiment.</param>
    /// <param name="task">What to do.</param>
    /// <param name="run">The run's id.</param>
    /// <param name="isSubModel">True if its mask is that of some clients only.</param>
    public SentTask(Experiment experiment, ClientTask task, UInt128 run = default, bool isSubModel = false)
    {
        (_experiment, _run, _id, _isSubModel) = (experiment, run, TaskId.Of(run, task.Round, task.Work), isSubModel);
        (_task, _mask) = (task, WireMask.Of(task.Mask));
        _sent = task.Sent;
        _tensors = ReferenceEquals(_sent, task.Mask) ? _mask.Tensors : KeptTensors.Of(_sent.Layout, _sent.Values);
        (_down, _up) = (ValueFormat.Of(experiment.WireDown), ValueFormat.Up(experiment, task.Work));
        _random = new Seeds(experiment.Seed).For(Purpose.Quantization, task.Round, part: (int)task.Work);
        _due = task.Work switch
        {
            ClientWork.Train => _tensors,
            ClientWork.Explore => KeptTensors.Scores(task.Scores),
            ClientWork.Measure => _tensors.StatisticsAlone,
            _ => null,
        };
        _whole = new(() => Encode(byReference: false));
        _byReference = new(() => Encode(byReference: true));
    }

    /// <summary>The mask's hash, by which a client that has it can be told it; null if nothing is removed, or the mask is always
    /// sent.</summary>
    public UInt128? Mask => _mask.Form == MaskForm.Dense || _isSubModel ? null : _mask.Hash;

    /// <summary>The message for a client that may not have the mask.</summary>
    public ReadOnlyMemory<byte> Whole => _whole.Value;

    /// <summary>The message for a client that has it.</summary>
    public ReadOnlyMemory<byte> ByReference => Mask is null ? Whole : _byReference.Value;

    /// <summary>Bytes that a reply has at most.</summary>
    long ReplyLimit
    {
        get
        {
            var values = _due is null ? 0
                : (long)_due.Count * (1 + _task.Returns.Length) + _task.Report.Sum(part => (long)part.Values + (part.Chosen ?? 0));
            // compression adds less than a 64th where it gains nothing
            return Math.Min(4 * values + values / 64 + Message.FactsLength, Message.MaxLength);
        }
    }

    /// <summary>The task as one client has it.</summary>
    public SentTask Of(int client)
    {
        if (_task.SubModels is not { } masks) return this;
        var mask = masks(client);
        lock (_lock)
        {
            if (!_subModels.TryGetValue(mask, out var own))
                _subModels.Add(mask, own = new(_experiment, _task with { Mask = mask, SubModels = null }, _run, isSubModel: true));
            return own;
        }
    }

    /// <summary>The task's name for a channel.</summary>
    /// <param name="cohort">Whom it will be sent to.</param>
    public CohortTask For(IReadOnlyList<int> cohort)
    {
        var limit = _task.SubModels is null ? ReplyLimit : cohort.Max(client => Of(client).ReplyLimit);
        var round = _task.Work == ClientWork.Explore ? _experiment.FirstPrunedRound : _task.Round;
        var enough = _task is { Work: ClientWork.Train, AwaitsAll: false } ? Math.Min(_experiment.CohortSize, cohort.Count) : cohort.Count;
        return new(_run, round, _task.Work, _id, cohort, limit)
        {
            Enough = enough,
            Fewest = _task.Fewest,
            Whole = client => Of(client).Whole,
        };
    }

    /// <summary>Decodes a reply. Its values are weights or scores in float32, for every format on the wire.</summary>
    /// <param name="answer">The bytes.</param>
    /// <param name="client">Who was asked.</param>
    /// <exception cref="InvalidDataException">It is malformed, or answers something else.</exception>
    public (ReplyStatus Status, ClientReply Reply) Read(ReadOnlyMemory<byte> answer, int client) =>
        ReplyCodec.Decode(answer.Span, TaskId.Of(_id, client), _up, _due, _base.Span, _task.Returns, _task.Report);

    ReadOnlyMemory<byte> Encode(bool byReference)
    {
        lock (_lock) return EncodeOnce(byReference);
    }

    ReadOnlyMemory<byte> EncodeOnce(bool byReference)
    {
        if (!_values.IsEmpty) return TaskCodec.Encode(_task, _id, _mask, byReference, _values.Length, writer => writer.Write(_values.Span));
        using var own = new KeptValues(_sent.Values, _task.Weights.Values);
        using var quantized = QuantizedValues.Of(_down, _tensors, own.Values, _random);
        if (_task.Work == ClientWork.Train) _base = Base(own.Values[.._tensors.ParameterCount], quantized);
        var vectors = NamedValues.Kept(
            _task.Vectors.Select(vector => KeyValuePair.Create(vector.Key, vector.Value.Memory[..vector.Value.Layout.ParameterCount])),
            _sent);
        var (start, end) = (0, 0);
        var capacity = quantized.Capacity + NamedValues.Capacity(vectors.Count, _task.Numbers.Count, _tensors);
        var message = TaskCodec.Encode(_task, _id, _mask, byReference, capacity, writer =>
        {
            start = writer.Length;
            quantized.Write(writer);
            NamedValues.Write(writer, _down, _tensors, vectors, _task.Numbers);
            end = writer.Length;
        });
        _values = message[start..end];
        return message;
    }

    /// <summary>Vector to add to the parameters that clients return: the server's own weights to differences, the correction of rounding
    /// errors to weights; empty if nothing is added, which keeps float32 exact to the bit.</summary>
    ReadOnlyMemory<float> Base(ReadOnlySpan<float> own, QuantizedValues sent)
    {
        if (!_up.IsExact) return _sent.Values.IsAll ? _task.Weights.Memory[..own.Length] : own.ToArray();
        if (_down.IsExact) return default;
        var lost = own.ToArray();
        sent.TakeFrom(lost);
        return lost;
    }
}
