using System.Runtime.InteropServices;
using System.Text.Json;

namespace AutoFlip;

/// <summary>Reddit: the next word at each step of a comment, by who wrote it.</summary>
/// <remarks>
/// x are a comment's sequences of words, y has the sequences of the words that follow, as <c>target_tokens</c>; all sequences are of one
/// length, LEAF's are of 10. A row is a sequence, as in LEAF's own training. Classes are the vocabulary, built from the x of the
/// training part; padding (<c>&lt;PAD&gt;</c>) is never a target, so a sequence without any other target, the end of some comments, is
/// left out. LEAF's <c>count_tokens</c> is not read: it counts the padding behind a comment's end as a word. Its <c>num_samples</c> are
/// of all parts together and not checked.
/// </remarks>
public sealed record LeafReddit() : LeafDataSet("Reddit")
{
    /// <summary>The set.</summary>
    public static LeafReddit Instance { get; } = new()
    {
        Title = "the next words of comments by author (LEAF)",
        Task = null,
        Shape = new SampleShape(10, 1, 1),
        Users = 1660820,
        TrainSamples = 56587343,
        TestSamples = 0,
        Files = BothParts,
        SharesFileNames = true,
        Folders = FoldersOf("Reddit", "reddit"),
        Origin = "the links of https://github.com/TalwalkarLab/leaf/tree/master/data/reddit (LEAF's sample of users)",
        Licence = "none stated",
        Citation = Caldas,
    };

    private protected override LoadedData Decode(Experiment experiment, LeafFolder files)
    {
        var vocabulary = Contract is { Recipe: SequenceRecipe agreed } ? new Vocabulary(agreed.Words) : Counted(experiment, files);
        var decoder = new Decoder(vocabulary);
        var rows = files.Read(decoder, counted: false);
        var steps = (Contract?.Recipe as SequenceRecipe)?.Length ?? decoder.Inputs.LongestLength;
        if (decoder.Inputs.LongestLength > steps)
            throw AutoFlipException.BadData(
                $"{Name}: a sequence has {decoder.Inputs.LongestLength} words, and those of the data contract at most {steps}.");
        if ((long)rows.Order.Length * steps > Array.MaxLength)
            throw AutoFlipException.BadData(
                $"{Name}: {rows.Order.Length} sequences, the longest of {steps} words, are more than fit into memory. "
                + "Take longer sequences out of the files, or some users.");
        var targets = new int[rows.Order.Length * steps];
        Span<float> ids = new float[steps];
        for (var row = 0; row < rows.Order.Length; row++)
        {
            decoder.Following.Read(rows.Order[row], ids);
            for (var step = 0; step < steps; step++)
                targets[row * steps + step] = ids[step] == Vocabulary.Padding ? Targets.Ignored : (int)ids[step];
        }
        var comments = new TokenSet(decoder.Inputs, steps, Targets.Steps(targets, steps), rows.Order)
        {
            Text = new SequenceRecipe(vocabulary.Words, steps),
        };
        return rows.With(comments, LearningTask.Labelling(vocabulary.Words));
    }

    static Vocabulary Counted(Experiment experiment, LeafFolder files)
    {
        var counter = new Counter();
        files.ReadTrain(counter, counted: false);
        return Vocabulary.Of(counter.Words, experiment.EmbeddingCount);
    }

    /// <summary>Reader of both passes: lists of sequences of words.</summary>
    abstract class Comments : LeafDecoder
    {
        public sealed override void X(ref JsonStream json) => Sequences(ref json, target: false);

        public sealed override void Y(ref JsonStream json)
        {
            json.Require(JsonTokenType.StartObject, "an object with target_tokens");
            var found = false;
            while (json.Next() == JsonTokenType.PropertyName)
            {
                if (!json.Text().SequenceEqual("target_tokens"))
                {
                    json.Skip();
                    continue;
                }
                if (found) throw json.Bad("'target_tokens' is there twice");
                found = true;
                json.Next();
                Sequences(ref json, target: true);
            }
            if (!found) throw json.Bad("a y has no 'target_tokens'");
        }

        void Sequences(ref JsonStream json, bool target)
        {
            json.Require(JsonTokenType.StartArray, "a list of sequences");
            while (json.Next() != JsonTokenType.EndArray)
            {
                json.Require(JsonTokenType.StartArray, "a sequence, a list of words,");
                while (json.Next() != JsonTokenType.EndArray)
                {
                    json.Require(JsonTokenType.String, "a word");
                    Word(json.Text(), target);
                }
                EndSequence(ref json, target);
            }
            EndComment(target);
        }

        protected abstract void Word(ReadOnlySpan<char> word, bool target);

        protected virtual void EndSequence(ref JsonStream json, bool target) { }

        protected virtual void EndComment(bool target) { }
    }

    /// <summary>The first pass.</summary>
    sealed class Counter : Comments
    {
        public WordCounts Words { get; } = new();

        public override int Rows => 0;

        protected override void Word(ReadOnlySpan<char> word, bool target)
        {
            if (!target) Words.AddWord(word);
        }
    }

    /// <summary>The second pass.</summary>
    sealed class Decoder(Vocabulary vocabulary) : Comments
    {
        const int LongestSequence = 4096;

        readonly List<int> _inputs = [], _following = []; // a user's words
        readonly List<int> _inputComments = [], _followingComments = []; // words up to the end of each comment
        int _steps, _inputsEnd, _followingEnd; // words of a sequence; of the user's, those in complete sequences

        public SequenceStore Inputs { get; } = new(vocabulary.Size);

        public SequenceStore Following { get; } = new(vocabulary.Size);

        public override int Rows => Inputs.Count;

        protected override void Word(ReadOnlySpan<char> word, bool target) => (target ? _following : _inputs).Add(vocabulary[word]);

        protected override void EndSequence(ref JsonStream json, bool target)
        {
            ref var end = ref target ? ref _followingEnd : ref _inputsEnd;
            var before = end;
            end = (target ? _following : _inputs).Count;
            var words = end - before;
            if (words is 0 or > LongestSequence) throw json.Bad($"a sequence has {words} words, and not 1 to {LongestSequence}");
            if (_steps == 0) _steps = words;
            if (words != _steps) throw json.Bad($"a sequence has {words} words, and the first one has {_steps}");
        }

        protected override void EndComment(bool target) =>
            (target ? _followingComments : _inputComments).Add((target ? _following : _inputs).Count);

        public override void EndUser(ref JsonStream json)
        {
            if (!_inputComments.SequenceEqual(_followingComments))
                throw json.Bad("a comment has other numbers of sequences in x than in y");
            var inputs = CollectionsMarshal.AsSpan(_inputs);
            var following = CollectionsMarshal.AsSpan(_following);
            for (var from = 0; from < inputs.Length; from += _steps)
            {
                if (!following.Slice(from, _steps).ContainsAnyExcept(Vocabulary.Padding)) continue;
                Inputs.Add(inputs.Slice(from, _steps));
                Following.Add(following.Slice(from, _steps));
            }
            foreach (var list in (List<int>[])[_inputs, _following, _inputComments, _followingComments]) list.Clear();
            _inputsEnd = _followingEnd = 0;
        }
    }
}
