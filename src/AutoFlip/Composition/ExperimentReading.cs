using System.Text.Json;

namespace AutoFlip;

/// <summary>Reads experiments as requests: derived values are undone, so that they are derived again.</summary>
public static class ExperimentReading
{
    static ExperimentSchema Tolerant => MethodOptions.Schema with { SkipsOthers = true };

    extension(ExperimentFile)
    {
        /// <summary>Reads the requested experiment of a file; a directory stands for its <c>experiment.json</c>.</summary>
        /// <exception cref="AutoFlipException">It does not exist or has something that is not accepted (exit 2).</exception>
        public static Experiment Load(string path) => DerivedValue.Undo(ExperimentFile.ValuesIn(path, MethodOptions.Schema));

        /// <summary>Reads the experiment of a run directory, derived values as they are. The program wrote it, so what
        /// is wrong with it is damage.</summary>
        /// <exception cref="AutoFlipException">It does not exist or is damaged (exit 3).</exception>
        internal static Experiment OfRun(string directory) => MethodOptions.Complete(ExperimentFile.OfRun(directory, MethodOptions.Schema));

        /// <summary>The same for readers who run nothing. Options of methods that this program does not know are passed over.</summary>
        /// <exception cref="AutoFlipException">It does not exist or is damaged (exit 3).</exception>
        internal static Experiment ToShow(string directory) => MethodOptions.Complete(ExperimentFile.OfRun(directory, Tolerant));

        /// <summary>Reads the experiment in a model's file. Options of methods that this program does not know are passed over.</summary>
        /// <exception cref="AutoFlipException">It is damaged (exit 2).</exception>
        internal static Experiment OfModel(string json, string source)
        {
            using var document = ExperimentFile.Parse(json, source);
            return DerivedValue.Undo(ExperimentFile.ValuesOf(document.RootElement, source, Tolerant));
        }

        /// <summary>Reads the experiment that the server of a network sent: values as they run there.</summary>
        /// <param name="json">The content of the server's <c>experiment.json</c>.</param>
        /// <exception cref="AutoFlipException">It is damaged, or breaks a rule (exit 4).</exception>
        public static Experiment OfServer(string json)
        {
            try
            {
                using var document = ExperimentFile.Parse(json, "the server's experiment");
                var experiment = MethodOptions.Complete(
                    ExperimentFile.ValuesOf(document.RootElement, "the server's experiment", MethodOptions.Schema));
                ExperimentRules.Check(experiment);
                return experiment;
            }
            catch (AutoFlipException e)
            {
                throw AutoFlipException.RunFailed($"The server's experiment cannot be run here: {e.Message}", e);
            }
        }

        /// <summary>Violations of rules for whoever wrote a file: each line of a text with the fields that its options are there.</summary>
        /// <param name="text">A text of the engine, which names options by their properties.</param>
        /// <param name="isInFile">Tests whether an option's value may be the file's, by its property; null: each may be.</param>
        public static string WithFields(string text, Func<string, bool>? isInFile = null)
        {
            string[] known = [.. ExperimentFile.Fields, .. MethodOptions.Schema.Options.Keys];
            return string.Join('\n', text.Split('\n').Select(line =>
            {
                var options = ApiNames.OptionsIn(line).Where(name => isInFile?.Invoke(name) ?? true);
                string[] fields = [.. options.Select(JsonNamingPolicy.CamelCase.ConvertName).Where(known.Contains)];
                return fields is [] ? line : $"{line} In the file: {string.Join(", ", fields)}.";
            }));
        }

        /// <summary>Reads JSON text over the defaults. Ranges and names are not checked here: see <see cref="ExperimentRules"/>.</summary>
        /// <param name="json">An object with fields of <see cref="Experiment"/> in camelCase. It may begin with those of another file, its
        /// <c>base</c>. What makes it a table of experiments (<see cref="ExperimentTable"/>) is passed over.</param>
        /// <param name="source">What to call the text in messages; a path, if <c>base</c> is to be found beside it.</param>
        /// <exception cref="AutoFlipException">No JSON object, an unknown or repeated field, or a value of
        /// the wrong kind (exit 2).</exception>
        public static Experiment Read(string json, string source)
        {
            using var document = ExperimentFile.Parse(json, source);
            return ExperimentFile.Read(document.RootElement, source);
        }

        /// <summary>The same, of text that is parsed.</summary>
        internal static Experiment Read(JsonElement root, string source) =>
            DerivedValue.Undo(ExperimentFile.ValuesOf(root, source, MethodOptions.Schema));
    }
}
