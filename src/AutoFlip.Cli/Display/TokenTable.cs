using System.Text.Json.Nodes;
using AutoFlip.Grpc;

namespace AutoFlip.Cli;

/// <summary>Tokens of an authority, as lines or as JSON; never the tokens themselves.</summary>
static class TokenTable
{
    /// <summary>Prints one line for each token, or an array of objects.</summary>
    public static void Write(IReadOnlyList<TokenRecord> tokens, bool json, Host host)
    {
        var now = host.Time.GetUtcNow();
        if (json)
        {
            host.Out.WriteLine(new JsonArray([.. tokens.Select(token => ToJson(token, now))]).ToJsonString(ReportJson.Options));
            return;
        }
        var width = tokens.Select(token => token.Name.Length).DefaultIfEmpty().Max();
        foreach (var token in tokens)
        {
            var seat = token.Seat is { } number ? $"  client {number}" : "";
            host.Print(
                $"{token.Name.PadRight(width)}  {State(token, now),-8}until {token.Expires.UtcDateTime:yyyy-MM-dd HH:mm} UTC{seat}");
        }
    }

    static JsonObject ToJson(TokenRecord token, DateTimeOffset now) => new()
    {
        ["name"] = token.Name,
        ["client"] = token.Seat,
        ["state"] = State(token, now),
        ["created"] = token.Created,
        ["expires"] = token.Expires,
        ["used"] = token.Used,
        ["revoked"] = token.Revoked,
    };

    static string State(TokenRecord token, DateTimeOffset now) => token.StateAt(now).ToString().ToLowerInvariant();
}
