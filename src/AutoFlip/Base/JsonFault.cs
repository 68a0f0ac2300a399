using System.Collections;
using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace AutoFlip;

/// <summary>A value read from a file, with rules that its types do not express.</summary>
interface IChecked
{
    /// <summary>The fault, without a full stop; null if the value is valid.</summary>
    string? Fault();
}

/// <summary>Describes errors in our own JSON: the place, and the value expected there.</summary>
static class JsonFault
{
    static readonly ConcurrentDictionary<Type, ImmutableArray<(PropertyInfo Property, bool MayBeNull)>> Members = new();

    /// <summary>Error of a value that could be parsed: a missing member or element, a negative count, a broken rule; null if it is
    /// valid.</summary>
    public static string? Of(object value) => Of(value, "$");

    /// <summary>Reason why a text cannot be parsed as a type.</summary>
    public static string Explain(ReadOnlySpan<byte> json, Type type, Exception failure)
    {
        try
        {
            var reader = new Utf8JsonReader(json);
            using var document = JsonDocument.ParseValue(ref reader);
            if (failure is NotSupportedException) return "the kind of an object is not named";
            if (failure is not JsonException { Path: { } path }) return "a value is out of range";
            if (Find(document.RootElement, type, path) is not var (element, expected))
                return $"at {ForeignText.Quote(path)} something else is expected";
            if (element.ValueKind == JsonValueKind.Object && MembersOf(expected).FirstOrDefault(member => IsRequired(member.Property)
                && !element.TryGetProperty(NameOf(member.Property), out _)) is { Property: { } missing })
                return $"at {path} the member '{NameOf(missing)}' is missing";
            var due = element.ValueKind == JsonValueKind.Object && expected.IsAbstract
                ? "an object of another kind or with other members"
                : Describe(expected);
            return $"at {ForeignText.Quote(path)} {due} is expected";
        }
        catch (JsonException e)
        {
            return e.LineNumber is { } line
                ? $"it is not JSON from line {line + 1}, byte {e.BytePositionInLine + 1}, on"
                : "it is not JSON";
        }
    }

    static string? Of(object value, string path)
    {
        switch (value)
        {
            case string or bool or double or float or DateTimeOffset or Enum: return null;
            case int or long: return Convert.ToInt64(value, null) < 0 ? $"at {path} a number of at least 0 is expected" : null;
            case ulong or decimal: return null;
            case IDictionary pairs:
                foreach (DictionaryEntry pair in pairs)
                    if (pair.Value is not null && Of(pair.Value, $"{path}.{pair.Key}") is { } fault) return ForeignText.Quote(fault);
                return null;
            case IEnumerable elements:
                var index = 0;
                foreach (var element in elements)
                {
                    if (element is null) return $"at {path}[{index}] a value is expected instead of null";
                    if (Of(element, $"{path}[{index++}]") is { } fault) return fault;
                }
                return null;
        }
        foreach (var (property, mayBeNull) in MembersOf(value.GetType()))
        {
            var member = property.GetValue(value);
            var place = $"{path}.{NameOf(property)}";
            if (member is null && !mayBeNull || IsDefaultArray(member)) return $"at {place} {Describe(property.PropertyType)} is expected";
            if (member is not null && Of(member, place) is { } fault) return fault;
        }
        return (value as IChecked)?.Fault() is { } rule ? $"at {path} {rule}" : null;
    }

    /// <summary>The element at a path of System.Text.Json, and the type it should have; null if there is none.</summary>
    static (JsonElement Element, Type Type)? Find(JsonElement element, Type type, string path)
    {
        foreach (var part in path.Split(['.', '[', ']', '\''], StringSplitOptions.RemoveEmptyEntries).Skip(1))
        {
            if (int.TryParse(part, out var index) && ElementOf(type) is { } inner)
            {
                if (element.ValueKind != JsonValueKind.Array || index >= element.GetArrayLength()) return null;
                (element, type) = (element[index], inner);
                continue;
            }
            if (element.ValueKind != JsonValueKind.Object || !element.TryGetProperty(part, out element)) return null;
            if (MembersOf(type).FirstOrDefault(member => NameOf(member.Property) == part).Property is { } property)
                type = property.PropertyType;
            else if (type.IsGenericType && type.GetGenericArguments() is [_, var held]) type = held;
            else return null;
            type = Nullable.GetUnderlyingType(type) ?? type;
        }
        return (element, type);
    }

    static string Describe(Type type)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        return type == typeof(string) ? "text"
            : type == typeof(bool) ? "true or false"
            : type == typeof(int) || type == typeof(long) || type == typeof(ulong) ? "a whole number"
            : type == typeof(double) || type == typeof(float) ? "a number"
            : type == typeof(DateTimeOffset) ? "a date and time (ISO 8601)"
            : type.IsEnum ? $"one of {string.Join(", ", Enum.GetNames(type).Select(JsonNamingPolicy.SnakeCaseLower.ConvertName))}"
            : ElementOf(type) is not null ? "a list"
            : "an object";
    }

    static Type? ElementOf(Type type) =>
        type.IsGenericType && type.GetGenericTypeDefinition() == typeof(ImmutableArray<>) ? type.GetGenericArguments()[0] : null;

    static bool IsDefaultArray(object? value) => value is IStructuralEquatable && value.GetType() is { IsGenericType: true } type
        && type.GetGenericTypeDefinition() == typeof(ImmutableArray<>)
        && (bool)type.GetProperty(nameof(ImmutableArray<int>.IsDefault))!.GetValue(value)!;

    static bool IsRequired(PropertyInfo property) =>
        property.IsDefined(typeof(System.Runtime.CompilerServices.RequiredMemberAttribute), inherit: false);

    static string NameOf(PropertyInfo property) =>
        property.GetCustomAttribute<JsonPropertyNameAttribute>()?.Name ?? JsonNamingPolicy.SnakeCaseLower.ConvertName(property.Name);

    /// <summary>The members that are stored, and whether each may be null.</summary>
    static ImmutableArray<(PropertyInfo Property, bool MayBeNull)> MembersOf(Type type) => Members.GetOrAdd(type, static type =>
        [.. type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(property => property.SetMethod is not null && property.GetIndexParameters().Length == 0
                && !property.IsDefined(typeof(JsonIgnoreAttribute)))
            .Select(property => (property, new NullabilityInfoContext().Create(property).ReadState == NullabilityState.Nullable))]);
}
