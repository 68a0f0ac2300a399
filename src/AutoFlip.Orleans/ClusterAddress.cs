using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace AutoFlip.Orleans;

/// <summary>The place by which coordinator and workers find each other.</summary>
/// <param name="Kind">The coordinator's own address, or a Redis server.</param>
/// <param name="Host">DNS name or address.</param>
/// <param name="Port">Port.</param>
public sealed record ClusterAddress(ClusterKind Kind, string Host, int Port)
{
    /// <summary>The accepted forms.</summary>
    public const string Accepted = "static:HOST:PORT, the address of the coordinator, or redis:HOST[:PORT]";

    const int RedisPort = 6379;

    /// <summary>Reads an address; null if it is none.</summary>
    public static ClusterAddress? Parse(string text)
    {
        var parts = text.Split(':');
        return parts switch
        {
            ["static", { Length: > 0 } host, var port] when PortOf(port) is { } number => new(ClusterKind.Static, host, number),
            ["redis", { Length: > 0 } host] => new(ClusterKind.Redis, host, RedisPort),
            ["redis", { Length: > 0 } host, var port] when PortOf(port) is { } number => new(ClusterKind.Redis, host, number),
            _ => null,
        };
    }

    /// <summary>The address in a network.</summary>
    /// <exception cref="AutoFlipException">The name is not known (exit 2).</exception>
    public IPEndPoint Resolve()
    {
        try
        {
            var addresses = Dns.GetHostAddresses(Host);
            return new(addresses.FirstOrDefault(address => address.AddressFamily == AddressFamily.InterNetwork, addresses[0]), Port);
        }
        catch (Exception e) when (e is SocketException or ArgumentException)
        {
            throw AutoFlipException.BadRequest($"--cluster: the name '{ForeignText.Quote(Host)}' is not known: {e.Message}");
        }
    }

    /// <summary>The address of this machine by which the others reach it: that of the way to the cluster.</summary>
    public IPAddress OwnAddress()
    {
        var there = Resolve();
        using var probe = new Socket(there.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        probe.Connect(there); // sends nothing
        return ((IPEndPoint)probe.LocalEndPoint!).Address;
    }

    /// <inheritdoc/>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Kind.ToString().ToLowerInvariant()}:{Host}:{Port}");

    static int? PortOf(string text) =>
        ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port > 0 ? port : null;
}

/// <summary>Kinds of <see cref="ClusterAddress"/>.</summary>
public enum ClusterKind
{
    /// <summary>The coordinator is at a known address.</summary>
    Static,

    /// <summary>A Redis server has the list of members.</summary>
    Redis,
}
