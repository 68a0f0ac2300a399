using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Reflection;
using System.Text.Json;

namespace AutoFlip;

/// <summary>An option that a method declares in its own file: a property with an <see cref="OptionAttribute"/>.</summary>
/// <param name="Property">The property: a double, an int, a bool, an enum, or a text, which the method itself checks.</param>
/// <param name="Default">Its value where nothing was chosen.</param>
/// <param name="Attribute">Help and range.</param>
public sealed record MethodOption(PropertyInfo Property, object Default, OptionAttribute Attribute)
{
    static readonly ConcurrentDictionary<Type, ImmutableArray<(PropertyInfo, OptionAttribute)>> ByType = new();

    /// <summary>The field of experiment files, and the key of <see cref="OptionValues"/>: <c>mu</c>.</summary>
    public string Name { get; } = JsonNamingPolicy.CamelCase.ConvertName(Property.Name);

    /// <summary>The spelling on a command line, without dashes before it.</summary>
    public string Spelling { get; } = JsonNamingPolicy.KebabCaseLower.ConvertName(Property.Name);

    /// <summary>The name in messages of the engine: <c>Options.Mu</c>.</summary>
    public string ApiName => $"Options.{Property.Name}";

    /// <summary>The type of a value.</summary>
    public Type Type => Property.PropertyType;

    /// <summary>The range in words, for messages.</summary>
    public string Accepted => Type.IsEnum ? string.Join(", ", Choices)
        : Type == typeof(bool) ? "true or false"
        : Type == typeof(string) ? "a text"
        : Attribute.InWords(Type == typeof(int) ? "a whole number" : "a number");

    /// <summary>The values of an enum as they are typed; empty for other types.</summary>
    public ImmutableArray<string> Choices => Type.IsEnum ? [.. Enum.GetValues(Type).Cast<object>().Select(ExperimentOption.Text)] : [];

    /// <summary>Tests whether a value of the option's type is in range.</summary>
    public bool Accepts(object value) => value switch
    {
        double real => Attribute.Includes(real),
        int whole => Attribute.Includes(whole),
        Enum member => Enum.IsDefined(Type, member),
        _ => true,
    };

    /// <summary>The options of a method, in the order of its file.</summary>
    /// <param name="method">The method as it is where nothing was chosen.</param>
    public static ImmutableArray<MethodOption> Of(object method) =>
        [.. Declared(method.GetType()).Select(declared =>
            new MethodOption(declared.Property, declared.Property.GetValue(method)!, declared.Attribute))];

    internal static ImmutableArray<(PropertyInfo Property, OptionAttribute Attribute)> Declared(Type method) =>
        ByType.GetOrAdd(method, type =>
    [
        .. from property in type.GetProperties()
           let attribute = property.GetCustomAttribute<OptionAttribute>()
           where attribute is not null
           orderby property.MetadataToken
           select (property, attribute),
    ]);
}
