using System.Security.Cryptography;
using System.Text;

namespace AutoFlip.Grpc;

/// <summary>A data contract as text, and its hash.</summary>
static class ContractText
{
    /// <summary>The text.</summary>
    public static string Of(Experiment experiment, DataContract contract) =>
        ModelCard.Of(experiment, contract).Metadata(experiment: null)[ModelCard.Key];

    /// <summary>SHA-256 of a text.</summary>
    public static byte[] Sha256Of(string text) => SHA256.HashData(Encoding.UTF8.GetBytes(text));
}
