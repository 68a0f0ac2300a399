using System.Text.Json;

namespace AutoFlip;

/// <summary>Takes in the samples of a LEAF file as they are read: what x and y of a sample are, differs from set to set.</summary>
abstract class LeafDecoder
{
    /// <summary>Rows made so far. A sample may be more than one row, or none.</summary>
    public abstract int Rows { get; }

    /// <summary>Takes in one sample's x. The reader stands on its first token, and is left on its last.</summary>
    public abstract void X(ref JsonStream json);

    /// <summary>Takes in one sample's y, likewise. A user's x may come all before their y, or all after.</summary>
    public abstract void Y(ref JsonStream json);

    /// <summary>A user's samples are complete: as many x as y.</summary>
    public virtual void EndUser(ref JsonStream json) { }
}

/// <summary>A user's rows, in one file.</summary>
/// <param name="Name">Who it is.</param>
/// <param name="From">The decoder's first row of theirs.</param>
/// <param name="To">The row behind the last.</param>
readonly record struct LeafUser(string Name, int From, int To);

/// <summary>LEAF's JSON: <c>{"users": [...], "num_samples": [...], "user_data": {user: {"x": [...], "y":
/// [...]}}}</c>, in any order.</summary>
/// <remarks>
/// Read in one pass; nothing but samples and names is kept. Other properties (<c>hierarchies</c>) are passed over. LEAF's own scripts leave
/// users in <c>user_data</c> of whom too few samples are left to be listed: they have none, and are no users here either.
/// <para>Source: Caldas et al. 2018, arXiv:1812.01097.</para>
/// </remarks>
static class LeafFile
{
    /// <summary>Reads a file.</summary>
    /// <param name="content">All of it.</param>
    /// <param name="path">Its name for messages.</param>
    /// <param name="decoder">Takes in the samples.</param>
    /// <param name="counted">Whether <c>num_samples</c> must hold; LEAF's Reddit keeps there what users had before it was split.</param>
    /// <exception cref="AutoFlipException">It is not such a file (exit 3).</exception>
    public static List<LeafUser> Read(Stream content, string path, LeafDecoder decoder, bool counted = true)
    {
        var json = new JsonStream(content, path);
        List<string>? users = null;
        List<int>? counts = null;
        Dictionary<string, int>? samples = null;
        List<LeafUser> rows = [];
        json.Next(JsonTokenType.StartObject, "an object");
        while (json.Next() == JsonTokenType.PropertyName)
        {
            switch (json.Text())
            {
                case "users" when users is null: users = Users(ref json); break;
                case "num_samples" when counts is null: counts = Counts(ref json); break;
                case "user_data" when samples is null: samples = Data(ref json, decoder, rows); break;
                case "users" or "num_samples" or "user_data": throw json.Bad($"'{json.Text()}' is there twice");
                default: json.Skip(); break;
            }
            json.Part = "";
        }
        _ = json.Read(); // refuses whatever stands behind the end
        Check(ref json, users, counts, samples, counted);
        return rows;
    }

    static void Check(ref JsonStream json, List<string>? users, List<int>? counts, Dictionary<string, int>? samples, bool counted)
    {
        var missing = users is null ? "users" : counts is null ? "num_samples" : samples is null ? "user_data" : null;
        if (missing is not null) throw json.Bad($"it has no '{missing}'");
        if (users!.Count != counts!.Count) throw json.Bad($"there are {users.Count} 'users' but {counts.Count} 'num_samples'");
        var listed = new HashSet<string>(users.Count, StringComparer.Ordinal);
        foreach (var (user, count) in users.Zip(counts))
        {
            var name = ForeignText.Quote(user);
            if (!listed.Add(user)) throw json.Bad($"'users' names '{name}' twice");
            if (!samples!.TryGetValue(user, out var found)) throw json.Bad($"'user_data' lacks '{name}', one of its 'users'");
            if (counted && found != count) throw json.Bad($"'num_samples' promises {count} samples of '{name}', and there are {found}");
        }
        foreach (var (user, found) in samples!)
            if (found > 0 && !listed.Contains(user))
                throw json.Bad($"'user_data' has samples of '{ForeignText.Quote(user)}', who is none of its 'users'");
    }

    static List<string> Users(ref JsonStream json)
    {
        json.Part = "'users'";
        json.Next(JsonTokenType.StartArray, "a list");
        var users = new List<string>();
        while (json.Next() != JsonTokenType.EndArray)
        {
            json.Require(JsonTokenType.String, "a name");
            users.Add(json.Text().ToString());
        }
        return users;
    }

    static List<int> Counts(ref JsonStream json)
    {
        json.Part = "'num_samples'";
        json.Next(JsonTokenType.StartArray, "a list");
        var counts = new List<int>();
        while (json.Next() != JsonTokenType.EndArray) counts.Add(json.Whole("a number of samples"));
        return counts;
    }

    /// <summary>Collects every user's samples and returns their numbers.</summary>
    static Dictionary<string, int> Data(ref JsonStream json, LeafDecoder decoder, List<LeafUser> rows)
    {
        json.Part = "'user_data'";
        json.Next(JsonTokenType.StartObject, "an object");
        var samples = new Dictionary<string, int>(StringComparer.Ordinal);
        while (json.Next() == JsonTokenType.PropertyName)
        {
            var name = json.Text().ToString();
            json.Part = $"user '{ForeignText.Quote(name)}'";
            var from = decoder.Rows;
            if (!samples.TryAdd(name, User(ref json, decoder))) throw json.Bad("'user_data' has this user twice");
            if (decoder.Rows > from) rows.Add(new LeafUser(name, from, decoder.Rows));
            json.Part = "'user_data'";
        }
        return samples;
    }

    static int User(ref JsonStream json, LeafDecoder decoder)
    {
        json.Next(JsonTokenType.StartObject, "an object with x and y");
        int? xs = null, ys = null;
        while (json.Next() == JsonTokenType.PropertyName)
        {
            switch (json.Text())
            {
                case "x" when xs is null:
                    json.Next(JsonTokenType.StartArray, "a list of x");
                    for (xs = 0; json.Next() != JsonTokenType.EndArray; xs++) decoder.X(ref json);
                    break;
                case "y" when ys is null:
                    json.Next(JsonTokenType.StartArray, "a list of y");
                    for (ys = 0; json.Next() != JsonTokenType.EndArray; ys++) decoder.Y(ref json);
                    break;
                case "x" or "y": throw json.Bad($"'{json.Text()}' is there twice");
                default: json.Skip(); break;
            }
        }
        if (xs is null || ys is null) throw json.Bad($"there is no '{(xs is null ? 'x' : 'y')}'");
        if (xs != ys) throw json.Bad($"there are {xs} x but {ys} y");
        decoder.EndUser(ref json);
        return xs.Value;
    }
}
