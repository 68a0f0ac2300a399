using System.Formats.Asn1;
using System.Globalization;
using System.Security.Cryptography.X509Certificates;

namespace AutoFlip.Grpc;

/// <summary>Names and seats as URIs in the alternative names of a certificate (RFC 5280, 4.2.1.6): <c>urn:autoflip:client:NAME</c>,
/// <c>urn:autoflip:seat:7</c>.</summary>
static class PeerUri
{
    const string AlternativeNames = "2.5.29.17";
    const string SeatPrefix = "urn:autoflip:seat:";

    static readonly Asn1Tag UriTag = new(TagClass.ContextSpecific, 6);

    /// <summary>URI of a name.</summary>
    public static Uri Of(PeerKind kind, string name) => new(Prefix(kind) + PeerName.Check(name));

    /// <summary>URI of a seat.</summary>
    public static Uri OfSeat(int seat) => new(SeatPrefix + seat.ToString(CultureInfo.InvariantCulture));

    /// <summary>Name of a peer of a kind in a certificate; null if there is none, several, or an invalid one.</summary>
    public static string? NameIn(X509Certificate2 certificate, PeerKind kind) =>
        Suffixes(certificate, Prefix(kind)) is [var name] && PeerName.IsValid(name) ? name : null;

    /// <summary>Seat in a certificate; null if there is none.</summary>
    public static int? SeatIn(X509Certificate2 certificate) => Suffixes(certificate, SeatPrefix) is [var seat]
        && int.TryParse(seat, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    static string Prefix(PeerKind kind) => kind == PeerKind.Server ? "urn:autoflip:server:" : "urn:autoflip:client:";

    static string[] Suffixes(X509Certificate2 certificate, string prefix) =>
    [
        .. UrisIn(certificate).Where(uri => uri.StartsWith(prefix, StringComparison.Ordinal)).Select(uri => uri[prefix.Length..]),
    ];

    static List<string> UrisIn(X509Certificate2 certificate)
    {
        List<string> uris = [];
        if (certificate.Extensions[AlternativeNames] is not { } extension) return uris;
        var names = new AsnReader(extension.RawData, AsnEncodingRules.DER).ReadSequence();
        while (names.HasData)
        {
            if (names.PeekTag() == UriTag) uris.Add(names.ReadCharacterString(UniversalTagNumber.IA5String, UriTag));
            else names.ReadEncodedValue();
        }
        return uris;
    }
}
