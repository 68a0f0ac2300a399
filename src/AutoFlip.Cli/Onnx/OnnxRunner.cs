using Microsoft.ML.OnnxRuntime;

namespace AutoFlip.Cli;

/// <summary>An exported model that ONNX Runtime computes.</summary>
sealed class OnnxRunner : IModelRunner
{
    readonly OnnxSession _session;
    readonly string _path;

    OnnxRunner(OnnxSession session, string path)
    {
        (_session, _path) = (session, path);
        var metadata = session.Session.ModelMetadata.CustomMetadataMap;
        Card = ModelCard.Find(metadata, path)
            ?? throw AutoFlipException.BadFile(path, "there is no model card in its metadata: another program wrote it");
        Experiment = SavedModel.ExperimentOf(metadata, path);
    }

    /// <inheritdoc/>
    public ModelCard Card { get; }

    /// <inheritdoc/>
    public Experiment? Experiment { get; }

    /// <summary>Loads a file.</summary>
    /// <exception cref="AutoFlipException">It is missing, or no such model (exit 3).</exception>
    public static OnnxRunner Load(string path)
    {
        OnnxSession? session = null;
        try
        {
            OwnFile.RequireRegular(path);
            var bytes = File.ReadAllBytes(path);
            if (OnnxModel.Fault(bytes) is { } fault) throw AutoFlipException.BadFile(path, fault);
            session = new OnnxSession(bytes);
            return new OnnxRunner(session, path);
        }
        catch (Exception e)
        {
            session?.Dispose();
            throw e switch
            {
                AutoFlipException => e,
                FileNotFoundException or DirectoryNotFoundException => AutoFlipException.BadData($"'{path}' does not exist.", e),
                IOException or UnauthorizedAccessException => AutoFlipException.Unreadable(path, e),
                _ => AutoFlipException.BadFile(path, "it is not an ONNX model that ONNX Runtime can load", e),
            };
        }
    }

    /// <inheritdoc/>
    public float[] Run(float[] samples, int count)
    {
        var shape = Card.Input.Shape;
        try
        {
            return Checked(Card.Input.Vocabulary is null
                ? _session.Run(samples, count, shape.Channels, shape.Height, shape.Width)
                : _session.Run(Array.ConvertAll(samples, token => (long)token), count, shape.Length), count);
        }
        catch (OnnxRuntimeException e)
        {
            throw AutoFlipException.BadFile(_path, $"ONNX Runtime cannot compute it: {e.Message}", e);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _session.Dispose();

    /// <summary>The number of outputs comes from the file's card, which may be wrong.</summary>
    float[] Checked(float[] outputs, int count)
    {
        var steps = Card.Task == TaskKind.Labelling ? Card.Input.Shape.Length : 1;
        return outputs.LongLength == (long)count * steps * Card.Outputs
            ? outputs
            : throw AutoFlipException.BadFile(
                _path,
                $"its output has {outputs.Length / count} numbers per sample, but its model card states {(long)steps * Card.Outputs}");
    }
}
