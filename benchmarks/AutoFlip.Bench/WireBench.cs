namespace AutoFlip.Bench;

/// <summary>Bytes of a round trip, and how fast messages are made and read.</summary>
static class WireBench
{
    const double Gigabyte = 1e9, Density = 0.2;

    /// <summary>Measures on TwoCNN of width 32 for ten classes of grey images.</summary>
    public static BenchReport Measure(BenchContext context) =>
        Measure(context, Catalog.Models["TwoCNN"](new SampleShape(1, 24, 24), 10, new ModelOptions()));

    /// <summary>Measures on a network.</summary>
    internal static BenchReport Measure(BenchContext context, Network network)
    {
        var cases = (
            from density in (double[])[Density, 1]
            from format in Enum.GetValues<WireFormat>()
            select new Trip(network, format, density)).ToList();
        var naive = ((double[])[Density, 1]).Select(density => new Naive(network, density)).ToList();
        float[] whole = Normal(network.Layout.Count, 1), copy = new float[network.Layout.Count];
        var dense = sizeof(float) * (double)network.Layout.Count;

        // Each figure is over enough messages for buffers that are used again to be what counts, as in a round.
        var times = Math.Clamp(40_000_000 / network.Layout.Count, 1, 1000);
        Func<double> Speed(double bytes, Action work) => () =>
        {
            var before = Environment.CpuUsage.TotalTime;
            for (var i = 0; i < times; i++) work();
            // a tiny test takes none
            return times * bytes / Gigabyte / Math.Max((Environment.CpuUsage.TotalTime - before).TotalSeconds, 1e-6);
        };
        (string, Func<double>)[] contestants =
        [
            .. cases.Select(trip => ($"model, {trip}", Speed(dense, trip.Model))),
            .. cases.Select(trip => ($"update, {trip}", Speed(dense, trip.Update))),
            .. naive.Select(one => ($"value by value, {one}", Speed(dense, one.Model))),
            ("a copy of the dense vector", Speed(dense, () => whole.CopyTo(copy, 0))),
        ];
        Series[] series = [];
        SideBySide.Run(1, 1, (_, _) => series = Series.Interleave(context, context.RepeatsOr(9), contestants));

        double[] known = [0.205, 0.105, 0.055], renewed = [0.235, 0.135, 0.085];
        List<string[]> sizes = [];
        List<BenchTarget> targets = [];
        foreach (var trip in cases)
        {
            double roundTrip = 2 * dense, old = trip.Down + trip.Up, fresh = trip.DownWithMask + trip.Up;
            sizes.Add(
            [
                trip.Format.ToString().ToLowerInvariant(), $"{trip.Density}", $"{trip.Down:N0}", $"{trip.DownWithMask - trip.Down:N0}",
                $"{trip.Up:N0}",
                $"{old / roundTrip:0.0000}", $"{fresh / roundTrip:0.0000}", $"{8.0 * trip.Down / trip.Kept:0.00}",
                $"{8.0 * trip.Up / trip.Kept:0.00}",
            ]);
            if (trip.Density != Density) continue;
            var i = (int)trip.Format - 1;
            targets.Add(new(
                $"{trip}, mask unchanged, of dense", $"at most {known[i]}", $"{old / roundTrip:0.000}", old / roundTrip <= known[i]));
            targets.Add(new(
                $"{trip}, mask new, of dense", $"at most {renewed[i]}", $"{fresh / roundTrip:0.000}", fresh / roundTrip <= renewed[i]));
        }
        foreach (var taken in series[..(2 * cases.Count)])
            targets.Add(new($"{taken.Name}, encode and decode", "at least 1 GB/s", $"{taken.Median:0.00} GB/s", taken.Median >= 1));

        return new BenchReport(
            "Bytes on the wire",
            $"""
            Messages of TwoCNN of width 32 ({network.Layout.ParameterCount:N0} parameters): normally distributed weights, and updates that a
            hundredth of all parameters dominates, as an optimiser's do. At density {Density} a random mask keeps that share of the single
            weights, so every kept value stands alone: no mask is harder. Bytes are those of the buffers that are sent. Speed counts the
            bytes of the dense float32 vector, whatever crosses: `model` encodes a task (mask known) and decodes it into the client's
            vector; `update` takes a trained vector, encodes the reply (with error feedback under int8) and decodes it into weights. Value
            by value is the loop that one writes first: a bitmap and kept float32 values, no checksum. In turns, on one thread; seconds are
            processor time, which other programs on the machine lengthen less than the clock.
            """,
            [
                new(
                    ["format", "density", "down", "mask", "up", "round trip of dense", "with a new mask", "bits a kept value down", "up"],
                    [.. sizes]),
                new(["mask of single weights", "bytes", "as it is", "entropy"], [.. Masks(network)]),
                new(
                    ["GB/s of dense", "median", "least", "largest"],
                    [.. series.Select(taken => (string[])[taken.Name, .. taken.Cells("0.00")])]),
            ],
            [.. targets]);
    }

    static string[][] Masks(Network network) =>
    [
        .. ((double[])[0.5, 0.3, Density, 0.1, 0.05]).Select(density =>
        {
            var kept = RandomMask(network, density);
            var sent = new SentTask(new Experiment(), new ClientTask(ClientWork.Train, 1, 0, Weights.Zeros(network.Layout), kept));
            var (p, n) = (kept.Density, kept.Count);
            return (string[])[
                $"{density}", $"{sent.Whole.Length - sent.ByReference.Length:N0}", $"{n / 8:N0}",
                $"{-n * (p * Math.Log2(p) + (1 - p) * Math.Log2(1 - p)) / 8:N0}"];
        }),
    ];

    static Mask RandomMask(Network network, double density) => density == 1
        ? Mask.Dense(network.Layout)
        : Mask.OfWeights(
            network.Layout,
            Selection.Highest(Normal(network.Layout.ParameterCount, 7), (int)Math.Ceiling(density * network.Layout.ParameterCount)));

    static float[] Normal(int count, int number)
    {
        var random = new Seeds(1).For(Purpose.Initialization, part: number);
        var values = new float[count];
        foreach (ref var value in values.AsSpan()) value = (float)random.NextGaussian();
        return values;
    }

    /// <summary>One format at one density: a model down, an update up.</summary>
    sealed class Trip
    {
        readonly Experiment _experiment;
        readonly ClientTask _task;
        readonly SentTask _sent;
        readonly MaskStore _masks;
        readonly ReceivedTask _received;
        readonly float[] _trained;
        readonly Upload _upload;

        public Trip(Network network, WireFormat format, double density)
        {
            (Format, Density, _experiment) = (format, density, new Experiment { WireDown = format, WireUp = format });
            float[] weights = Normal(network.Layout.Count, 1), moves = Normal(network.Layout.Count, 2);
            for (var i = 0; i < weights.Length; i++) weights[i] *= 0.02f;
            _task = new ClientTask(ClientWork.Train, 1, 0, new Weights(network.Layout, weights), RandomMask(network, density));
            (_sent, _masks, _upload) = (
                new SentTask(_experiment, _task), new MaskStore(network), new Upload(_experiment, new VolatileStore()));
            _received = TaskCodec.Decode(_sent.Whole.Span, ValueFormat.Of(format), _masks, [])!;
            _trained = _received.Task.Weights.ToArray();
            for (var i = 0; i < _trained.Length; i++) _trained[i] += moves[i] * (i % 100 == 0 ? 1e-3f : 1e-4f);
            (Kept, Down, DownWithMask, Up) = (_task.Mask.Values.Kept, _sent.ByReference.Length, _sent.Whole.Length, Reply().Length);
        }

        public WireFormat Format { get; }

        public double Density { get; }

        public int Kept { get; }

        public int Down { get; }

        public int DownWithMask { get; }

        public int Up { get; }

        /// <summary>Encodes and decodes a task.</summary>
        public void Model() => TaskCodec.Decode(new SentTask(_experiment, _task).ByReference.Span, ValueFormat.Of(Format), _masks, []);

        /// <summary>Encodes and decodes a reply.</summary>
        public void Update() => _sent.Read(Reply(), client: 0);

        public override string ToString() => $"{Format.ToString().ToLowerInvariant()} at density {Density}";

        ReadOnlyMemory<byte> Reply()
        {
            using var sent = _upload.Update(_trained, _received, client: 0);
            var writer = ReplyCodec.Begin(_received.Id, client: 0, sent.Capacity);
            sent.Write(writer);
            NamedValues.Write(
                writer, ValueFormat.Of(Format), _received.Mask.Tensors, ClientOutcome.None.Vectors, ClientOutcome.None.Numbers);
            return ReplyCodec.Finish(writer, new ClientReply { Client = 0 });
        }
    }

    /// <summary>A bitmap and the kept values, value by value.</summary>
    sealed class Naive(Network network, double density)
    {
        readonly Mask _mask = RandomMask(network, density);
        readonly float[] _weights = Normal(network.Layout.Count, 1);

        public void Model()
        {
            using var stream = new MemoryStream();
            using var writer = new BinaryWriter(stream);
            for (var i = 0; i < _weights.Length; i += 8)
            {
                var bits = 0;
                for (var k = 0; k < 8 && i + k < _weights.Length; k++) bits |= _mask.Values[i + k] ? 1 << k : 0;
                writer.Write((byte)bits);
            }
            for (var i = 0; i < _weights.Length; i++)
                if (_mask.Values[i]) writer.Write(_weights[i]);

            stream.Position = 0;
            using var reader = new BinaryReader(stream);
            var kept = reader.ReadBytes((_weights.Length + 7) / 8);
            var values = new float[_weights.Length];
            for (var i = 0; i < values.Length; i++)
                if ((kept[i >> 3] >> (i & 7) & 1) != 0) values[i] = reader.ReadSingle();
        }

        public override string ToString() => $"float32 at density {density}";
    }
}
