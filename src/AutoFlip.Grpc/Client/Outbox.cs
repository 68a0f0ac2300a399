using System.Globalization;
using System.Text.Json;

namespace AutoFlip.Grpc;

/// <summary>A reply that a client keeps until its round is committed, so that no training is lost with either machine.</summary>
/// <param name="Task">Id of the task, 32 hexadecimal digits.</param>
/// <param name="Request">SHA-256 of the request that it answers: one that was sent again, with its mask, is another one.</param>
/// <param name="Start">The round whose kept vectors the training started from; null if none are kept.</param>
sealed record KeptReply(string Task, string Request, int? Start = null);

/// <summary>A seat's last reply on disk.</summary>
/// <param name="folder">The seat's folder.</param>
sealed class Outbox(string folder)
{
    string Message => Path.Combine(folder, "reply.bin");

    string Facts => Path.Combine(folder, "reply.json");

    /// <summary>The folder of a seat.</summary>
    public static Outbox Of(string state, int seat) =>
        new(Path.Combine(state, string.Create(CultureInfo.InvariantCulture, $"seat-{seat:0000}")));

    /// <summary>The reply that is kept; null if there is none. One that was half-written counts as none: the task is done again.</summary>
    public KeptReply? Kept
    {
        get
        {
            try
            {
                return File.Exists(Facts) ? JsonSerializer.Deserialize<KeptReply>(File.ReadAllText(Facts), RunJson.Line) : null;
            }
            catch (JsonException)
            {
                return null;
            }
        }
    }

    /// <summary>The bytes of the reply that is kept.</summary>
    public ReadOnlyMemory<byte> Read() => File.ReadAllBytes(Message);

    /// <summary>Keeps a reply in place of the one before. On the disk when this returns.</summary>
    /// <exception cref="AutoFlipException">It cannot be written (exit 4).</exception>
    public void Keep(KeptReply reply, ReadOnlyMemory<byte> message)
    {
        Forget();
        Directory.CreateDirectory(folder);
        AtomicFile.Write(Message, message);
        AtomicFile.Write(Facts, JsonSerializer.Serialize(reply, RunJson.Line)); // last: it makes the bytes a reply
    }

    /// <summary>Deletes the reply.</summary>
    public void Forget()
    {
        if (!Directory.Exists(folder)) return;
        File.Delete(Facts);
        File.Delete(Message);
    }
}
