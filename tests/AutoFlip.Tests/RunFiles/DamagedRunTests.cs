using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using AutoFlip.Cli;

namespace AutoFlip.Tests;

/// <summary>Files of a run directory that somebody or something has changed.</summary>
[Trait("speed", "slow")]
public sealed class DamagedRunTests : IDisposable
{
    readonly TemporaryDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    RunOptions Options => new() { ResultPath = _folder["runs"], Workers = 1 };

    /// <summary>A run after two of its three rounds; its clients keep residuals.</summary>
    string Unfinished()
    {
        Directory.CreateDirectory(_folder["runs"]);
        Simulation.Run(
            FinishedRuns.Small with { WireUp = WireFormat.Int8, MaskRefresh = MaskRefresh.Cohort }, Options, RunObserver.None,
            TimeProvider.System, default);
        return WithOneMoreRound(Assert.Single(Directory.GetDirectories(_folder["runs"])));
    }

    string Resumed(string run) => Simulation.Resume(run, Options, RunObserver.None, TimeProvider.System, default).ModelSha256;

    [Fact]
    public void A_flipped_bit_of_what_a_resumed_run_reads_is_named_and_never_gives_another_model()
    {
        var run = Unfinished();
        var expected = Resumed(Copy(run, "whole"));
        var (random, refused) = (new KeyedRandom(11), 0);
        string[] files = ["checkpoints/resume.safetensors", "checkpoints/exploration.bin", "checkpoints/exploration.jsonl", "rounds.jsonl",
            .. Directory.GetFiles(
                Path.Combine(run, "checkpoints/clients-memory"), "*",
                SearchOption.AllDirectories).Order().Select(file => Path.GetRelativePath(run, file)).TakeLast(1)];

        foreach (var file in files)
        {
            for (var draw = 0; draw < 5; draw++)
            {
                var copy = Copy(run, $"{refused}-{draw}-{Path.GetFileName(file)}");
                Flip(Path.Combine(copy, file), random);
                try
                {
                    Assert.Equal(expected, Resumed(copy)); // a line that was cut back, or bytes that nothing reads
                }
                catch (AutoFlipException e)
                {
                    Assert.Equal(ExitCode.BadData, e.Code);
                    Assert.Contains(Path.GetFileName(file), e.Message, StringComparison.Ordinal);
                    refused++;
                }
            }
        }
        Assert.InRange(refused, 3 * files.Length, 5 * files.Length);
    }

    /// <summary>A bit of its name: whoever does not find a checksum must not go on without.</summary>
    [Fact]
    public void A_checksum_whose_name_is_damaged_is_missed_in_every_file_of_a_run()
    {
        var run = Unfinished();
        void Report() => RunRecord.Load(run);
        (string File, Action Read)[] files =
        [
            ("partition.json", Report), ("guidance.json", Report), ("summary.json", Report), ("rounds.jsonl", Report),
            ("checkpoints/exploration.jsonl", Report),
            ("checkpoints/options.json", () => RunDirectory.OptionsOf(run)),
            ("checkpoints/run.json", () => RunStamp.Load(Path.Combine(run, "checkpoints"))),
            ("checkpoints/resume.safetensors", () => Safetensors.Read(Path.Combine(run, "checkpoints/resume.safetensors"))),
            .. new[] { "initial", "final", "final-small" }.Select(name => $"checkpoints/{name}.safetensors").Select(name =>
                (name, (Action)(() => SavedModel.Load(Path.Combine(run, name))))),
        ];
        foreach (var (name, read) in files)
        {
            read();
            var path = Path.Combine(run, name);
            var whole = File.ReadAllBytes(path);
            var mark = 8 * whole.AsSpan().LastIndexOf("\"xxh3\":"u8);
            for (var bit = mark; bit < mark + 8 * "\"xxh3\":".Length; bit++)
            {
                byte[] damaged = [.. whole];
                damaged[bit / 8] ^= (byte)(1 << (bit % 8));
                File.WriteAllBytes(path, damaged);
                var failure = Record.Exception(read) as AutoFlipException;
                Assert.True(failure is { Code: ExitCode.BadData }, $"{name}, bit {bit}: {failure?.Message ?? "it was read"}");
                Assert.Contains(Path.GetFileName(name), failure!.Message, StringComparison.Ordinal);
            }
            File.WriteAllBytes(path, whole);
        }
    }

    [Fact]
    public void A_run_that_an_earlier_version_began_is_resumed_without_checksums_and_with_a_warning()
    {
        var run = Unfinished();
        var expected = Resumed(Copy(run, "whole"));
        File.Delete(Path.Combine(run, "checkpoints/run.json"));
        foreach (var file in Directory.GetFiles(run, "*.json*", SearchOption.AllDirectories))
            File.WriteAllText(file, Regex.Replace(File.ReadAllText(file), ",\\s*\"xxh3\":\\s*\"[0-9a-f]{16}\"", ""));
        var state = Path.Combine(run, "checkpoints/resume.safetensors");
        File.WriteAllText(
            state, File.ReadAllText(state, Encoding.Latin1).Replace("\"xxh3\"", "\"note\"", StringComparison.Ordinal), Encoding.Latin1);
        var observer = new RecordingObserver();

        Assert.Equal(expected, Simulation.Resume(run, Options, observer, TimeProvider.System, default).ModelSha256);
        Assert.Equal(
            "An earlier version began this run, and its files have no checksum: damage to them is not detected.",
            Assert.Single(observer.Warnings));
    }

    /// <summary>As of a version whose explorers returned more numbers. A kill leaves one explorer's scores too many at most.</summary>
    [Fact]
    public void Scores_of_another_length_are_refused_and_left_as_they_are()
    {
        var run = Unfinished();
        var path = Path.Combine(run, "checkpoints/exploration.bin");
        byte[] scores = [.. File.ReadAllBytes(path), .. File.ReadAllBytes(path), .. File.ReadAllBytes(path)];
        File.WriteAllBytes(path, scores);

        var refusal = Assert.Throws<AutoFlipException>(() => Resumed(run));

        Assert.Equal(ExitCode.BadData, refusal.Code);
        Assert.Contains("exploration.bin", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("another version", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(scores, File.ReadAllBytes(path));
    }

    [Fact]
    public void An_experiment_that_was_changed_before_the_first_round_is_refused()
    {
        var run = Unfinished();
        File.Delete(Path.Combine(run, "checkpoints/resume.safetensors"));
        File.WriteAllText(Path.Combine(run, "rounds.jsonl"), ""); // as a run that was killed before round 1 ended
        var expected = Resumed(Copy(run, "whole"));
        var (random, refused) = (new KeyedRandom(17), 0);

        for (var draw = 0; draw < 40; draw++)
        {
            var copy = Copy(run, $"{draw}");
            Flip(Path.Combine(copy, "experiment.json"), random);
            try
            {
                var rounds = ExperimentFile.OfRun(copy).Rounds; // the one field that may be changed and changes the model
                Assert.True(Resumed(copy) == expected || rounds != 3, $"draw {draw}: another model without a word");
            }
            catch (AutoFlipException e)
            {
                Assert.True(e.Code is ExitCode.BadRequest or ExitCode.BadData);
                refused++;
            }
        }
        Assert.InRange(refused, 20, 40);
    }

    /// <summary>Files of a run of another algorithm in the place of this run's own: refused before anything is written.</summary>
    [Theory]
    [InlineData("resume.safetensors")]
    [InlineData("clients-memory")]
    public void State_of_another_run_is_refused_and_nothing_is_written(string name)
    {
        var (run, other) = (Unfinished("scaffold"), Unfinished("feddyn"));
        var (own, foreign) = (Path.Combine(run, "checkpoints", name), Path.Combine(other, "checkpoints", name));
        if (File.Exists(own)) File.Copy(foreign, own, overwrite: true);
        else
        {
            Directory.Delete(own, recursive: true);
            Directory.Move(foreign, own);
        }
        var before = Contents(run);

        var refusal = Assert.Throws<AutoFlipException>(() => Resumed(run));

        Assert.Equal(ExitCode.BadRequest, refusal.Code);
        Assert.StartsWith($"'{own}' is of another run ", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(before, Contents(run));
    }

    [Theory]
    [InlineData("scaffold", WireFormat.Fp32)]
    [InlineData("ditto", WireFormat.Fp32)]
    [InlineData("fedper", WireFormat.Fp32)]
    [InlineData("fedavg", WireFormat.Int8)] // residuals
    public void A_run_without_what_its_clients_keep_is_refused_while_it_has_rounds_left(string algorithm, WireFormat wire)
    {
        var run = Unfinished(algorithm, wire);
        var memory = Path.Combine(run, "checkpoints", "clients-memory");
        var ended = Copy(run, $"ended {algorithm}");
        Resumed(ended);
        Directory.Delete(Path.Combine(ended, "checkpoints", "clients-memory"), recursive: true);
        Directory.Delete(memory, recursive: true);
        Directory.CreateDirectory(memory);

        Resumed(ended); // it is only summed up again
        var refusal = Assert.Throws<AutoFlipException>(() => Resumed(run));

        Assert.Equal(ExitCode.BadData, refusal.Code);
        Assert.StartsWith($"'{memory}' is missing", refusal.Message, StringComparison.Ordinal);
    }

    /// <summary>As versions left it that did not name the run in it.</summary>
    [Fact]
    public void What_clients_keep_may_be_of_no_named_run()
    {
        var run = Unfinished("scaffold");
        var expected = Resumed(Copy(run, "whole"));
        File.Delete(Path.Combine(run, "checkpoints", "clients-memory", "run.json"));
        var path = Path.Combine(run, "checkpoints/resume.safetensors");
        var state = Safetensors.Read(path);
        var layout = WeightLayout.Create(state.Tensors.Select(tensor => (tensor.Name, tensor.Shape, TensorRole.Weight)));
        Safetensors.Write(path, state.ToWeights(layout), state.Metadata.Remove("client_memory"));

        Assert.Equal(expected, Resumed(run));
    }

    /// <summary>A run after two of its three rounds.</summary>
    string Unfinished(string algorithm, WireFormat wire = WireFormat.Fp32)
    {
        var folder = Directory.CreateDirectory(_folder[algorithm]).FullName;
        Simulation.Run(
            FinishedRuns.Small with { Algorithm = algorithm, Pruner = "none", Optimizer = "SGD", WireUp = wire },
            Options with { ResultPath = folder }, RunObserver.None, TimeProvider.System, default);
        return WithOneMoreRound(Assert.Single(Directory.GetDirectories(folder)));
    }

    static string WithOneMoreRound(string run)
    {
        var experiment = Path.Combine(run, "experiment.json");
        File.WriteAllText(experiment, File.ReadAllText(experiment).Replace("\"rounds\": 2", "\"rounds\": 3"));
        return run;
    }

    static SortedDictionary<string, string> Contents(string run) => new(
        Directory.GetFiles(run, "*", SearchOption.AllDirectories)
            .ToDictionary(file => file, file => Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(file)))),
        StringComparer.Ordinal);

    [Fact]
    public void A_run_whose_id_is_none_is_refused()
    {
        var run = Unfinished();
        var path = Path.Combine(run, "checkpoints/run.json");
        var stamp = RunStamp.Load(Path.Combine(run, "checkpoints"))!;
        File.WriteAllBytes(path, (stamp with { Id = "no id" }).ToBytes()); // under a good checksum

        var failure = Assert.Throws<AutoFlipException>(() => Resumed(run));

        Assert.Equal(ExitCode.BadData, failure.Code);
        Assert.StartsWith($"'{path}' is damaged: ", failure.Message, StringComparison.Ordinal);
        Assert.EndsWith("'id' must be 32 hexadecimal digits.", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_resume_state_that_is_not_finite_is_refused()
    {
        var run = Unfinished();
        var path = Path.Combine(run, "checkpoints/resume.safetensors");
        var file = Safetensors.Read(path);
        var layout = WeightLayout.Create(file.Tensors.Select(tensor => (tensor.Name, tensor.Shape, TensorRole.Weight)));
        var values = file.ToWeights(layout).Values.ToArray();
        values[5] = float.NaN;
        Safetensors.Write(path, new Weights(layout, values), file.Metadata);

        var failure = Assert.Throws<AutoFlipException>(() => Resumed(run));

        Assert.Equal(ExitCode.BadData, failure.Code);
        Assert.Contains(
            $"'weights.{layout.Entries[0].Name["weights.".Length..]}' has values that are not finite", failure.Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_final_model_with_other_weights_than_its_card_names_is_refused()
    {
        var run = Unfinished();
        var path = Path.Combine(run, "checkpoints/final.safetensors");
        var model = SavedModel.Load(path);
        var values = model.Weights.Values.ToArray();
        values[0] += 1;
        // sealed anew: the card still names the old hash
        Safetensors.Write(path, new Weights(model.Weights.Layout, values), model.Card.Metadata(model.Experiment!));

        var failure = Assert.Throws<AutoFlipException>(() => SavedModel.Load(path));

        Assert.Equal((ExitCode.BadData, true), (failure.Code, failure.Message.Contains("model_sha256", StringComparison.Ordinal)));
    }

    /// <summary>Whatever is in these files: a report and its figures, or one sentence that names the file.</summary>
    [Theory]
    [InlineData("partition.json")]
    [InlineData("guidance.json")]
    [InlineData("summary.json")]
    [InlineData("rounds.jsonl")]
    [InlineData("checkpoints/exploration.jsonl")]
    [InlineData("experiment.json")]
    public void A_report_of_damaged_files_is_a_page_or_one_sentence(string name)
    {
        var run = _folder["run_1_digits_twonn_261124_120000"];
        MadeUpRun.Write(MadeUpRun.Record(directory: run)); // without checksums: what is tested is behind them
        var path = Path.Combine(run, name);
        var whole = File.ReadAllText(path);
        var refused = 0;

        for (var draw = 0; draw < 120; draw++)
        {
            File.WriteAllText(path, Mutate(whole, new KeyedRandom((ulong)draw)));
            try
            {
                var record = RunRecord.Load(run);
                _ = ReportFile.Text(ReportPage.Of([record], new PageLinks(null), ExperimentChoices.ForReports));
                _ = RunCharts.Of(record);
                _ = RunCharts.Comparing([record, record]);
            }
            catch (AutoFlipException e)
            {
                Assert.Equal(ExitCode.BadData, e.Code);
                Assert.Contains(Path.GetFileName(name), e.Message, StringComparison.Ordinal);
                Assert.InRange(e.Message.Length, 20, 1450 + path.Length); // an unknown field is answered with all names
                Assert.DoesNotContain(e.Message, ForeignText.IsUnsafe);
                refused++;
            }
        }
        Assert.InRange(refused, 30, 120);
    }

    /// <summary>A byte, a cut, or one value of the JSON in place of another.</summary>
    static string Mutate(string text, KeyedRandom random)
    {
        switch (random.Next(3))
        {
            case 0: return text[..random.Next(text.Length)];
            case 1:
                var bytes = Encoding.UTF8.GetBytes(text);
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
                return Encoding.UTF8.GetString(bytes);
        }
        var lines = text.TrimEnd('\n').Contains("}\n{", StringComparison.Ordinal) ? text.TrimEnd('\n').Split('\n') : [text];
        var line = random.Next(lines.Length);
        var root = JsonNode.Parse(lines[line])!;
        List<JsonNode> nodes = [.. Below(root)];
        var node = nodes[random.Next(nodes.Count)];
        string[] others = ["null", "-1", "1e300", "1e999", "\"\\u001b[31mx\"", "[]", "{}", "true", "99999999999999999999", "[null]", "0"];
        var other = JsonNode.Parse(others[random.Next(others.Length)]);
        if (node.Parent is JsonObject parent && random.Next(3) == 0) parent.Remove(node.GetPropertyName());
        else if (node.Parent is not null) node.ReplaceWith(other);
        lines[line] = root.ToJsonString();
        return string.Join('\n', lines) + "\n";
    }

    static IEnumerable<JsonNode> Below(JsonNode node) => (node switch
    {
        JsonObject members => members.Select(member => member.Value),
        JsonArray elements => elements,
        _ => [],
    }).OfType<JsonNode>().SelectMany(child => Below(child).Prepend(child));

    string Copy(string run, string name)
    {
        var copy = Path.Combine(_folder.Path, name);
        foreach (var file in Directory.GetFiles(run, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(copy, Path.GetRelativePath(run, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
        return copy;
    }

    static void Flip(string path, KeyedRandom random)
    {
        var bytes = File.ReadAllBytes(path);
        bytes[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8));
        File.WriteAllBytes(path, bytes);
    }
}
