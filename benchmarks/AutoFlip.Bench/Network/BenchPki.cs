using System.Net;
using AutoFlip.Grpc;

namespace AutoFlip.Bench;

/// <summary>A certificate authority for a measurement, with a server for the loopback address and clients c0, c1, ...</summary>
static class BenchPki
{
    static readonly TimeSpan Validity = TimeSpan.FromDays(1);

    /// <summary>Makes it in a folder.</summary>
    public static void Create(string folder, int clients, TimeProvider time)
    {
        var pki = new PkiFolder(folder);
        Authority.Create(pki, passphrase: null, time);
        using var authority = Authority.Open(pki, passphrase: null, time);
        authority.IssueServer("server", ["localhost"], [IPAddress.Loopback], Validity);
        for (var client = 0; client < clients; client++) authority.IssueClient(NameOf(client), seat: null, Validity);
    }

    /// <summary>Name of a client.</summary>
    public static string NameOf(int client) => $"c{client}";
}
