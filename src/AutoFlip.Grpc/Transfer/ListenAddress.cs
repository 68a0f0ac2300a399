using System.Net;

namespace AutoFlip.Grpc;

/// <summary>An address to listen on: of a network, or a path of a Unix socket.</summary>
/// <param name="UnixPath">The path; null for an address of a network.</param>
/// <param name="EndPoint">The address of a network; null for a path.</param>
readonly record struct ListenAddress(string? UnixPath, IPEndPoint? EndPoint)
{
    const string Unix = "unix:";

    /// <summary>Reads IP:PORT, localhost:PORT, *:PORT, or unix:PATH; null for anything else.</summary>
    public static ListenAddress? Parse(string text)
    {
        if (text.StartsWith(Unix, StringComparison.Ordinal)) return text.Length > Unix.Length ? OfSocket(text[Unix.Length..]) : null;
        var colon = text.LastIndexOf(':');
        if (colon < 0) return null;
        var host = text[..colon] switch
        {
            "localhost" => "127.0.0.1",
            "*" => "0.0.0.0",
            var other => other,
        };
        return IPEndPoint.TryParse($"{host}{text[colon..]}", out var address) ? new(null, address) : null;
    }

    /// <summary>The address of a Unix socket.</summary>
    public static ListenAddress OfSocket(string path) => new(Path.GetFullPath(path), null);

    /// <summary>True if only processes of this machine reach it.</summary>
    public bool IsLocal => EndPoint is null || IPAddress.IsLoopback(EndPoint.Address);

    /// <inheritdoc/>
    public override string ToString() => UnixPath is null ? $"{EndPoint}" : $"{Unix}{UnixPath}";
}
