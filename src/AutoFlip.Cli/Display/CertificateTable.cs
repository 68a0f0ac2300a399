using System.Text.Json.Nodes;
using AutoFlip.Grpc;

namespace AutoFlip.Cli;

/// <summary>Certificates of an authority, as lines or as JSON.</summary>
static class CertificateTable
{
    /// <summary>Prints one line for each certificate, or an array of objects.</summary>
    public static void Write(IReadOnlyList<(IssuedCertificate Certificate, CertificateState State)> rows, bool json, Host host)
    {
        if (json)
        {
            host.Out.WriteLine(
                new JsonArray([.. rows.Select(row => ToJson(row.Certificate, row.State))]).ToJsonString(ReportJson.Options));
            return;
        }
        var width = rows.Select(row => row.Certificate.Name.Length).DefaultIfEmpty().Max();
        foreach (var (certificate, state) in rows)
        {
            var seat = certificate.Seat is { } number ? $"  client {number}" : "";
            host.Print(
                $"{Lower(certificate.Kind),-8}{certificate.Name.PadRight(width)}  {Lower(state),-8}"
                + $"until {certificate.NotAfter.UtcDateTime:yyyy-MM-dd}  {certificate.Serial}{seat}");
        }
    }

    static JsonObject ToJson(IssuedCertificate certificate, CertificateState state) => new()
    {
        ["kind"] = Lower(certificate.Kind),
        ["name"] = certificate.Name,
        ["client"] = certificate.Seat,
        ["state"] = Lower(state),
        ["serial"] = certificate.Serial,
        ["key_sha256"] = certificate.KeySha256,
        ["not_before"] = certificate.NotBefore,
        ["not_after"] = certificate.NotAfter,
    };

    static string Lower(Enum value) => value.ToString().ToLowerInvariant();
}
