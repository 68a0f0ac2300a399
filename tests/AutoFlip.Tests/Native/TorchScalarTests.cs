using Mono.Cecil;
using TorchSharp;

namespace AutoFlip.Tests;

/// <summary>Reads the compiled engine: a number that is converted for one call of torch may be finalized during the call.</summary>
public class TorchScalarTests
{
    /// <summary>No call outside of <see cref="Scalars"/> makes a <see cref="Scalar"/>, nor a method of TorchSharp that makes one inside.
    /// A <see cref="Flat"/> keeps its own alive during each call.</summary>
    [Fact]
    public void Numbers_of_torch_outlive_the_calls_that_read_them()
    {
        using var torch = AssemblyDefinition.ReadAssembly(typeof(Scalar).Assembly.Location);
        using var engine = AssemblyDefinition.ReadAssembly(typeof(Experiment).Assembly.Location);
        var inside = CallsOf(torch);
        var makers = inside.Where(method => method.Value.Any(IsConversion)).Select(method => method.Key).ToHashSet();
        while (inside.Where(method => !makers.Contains(method.Key)
                && method.Value.Any(call => call.DeclaringType.Name != nameof(Scalar) && makers.Contains(NameOf(call))))
            .Select(method => method.Key).ToList() is { Count: > 0 } more)
            makers.UnionWith(more);

        string[] found =
        [
            .. from method in CallsOf(engine)
               where !method.Key.Contains($".{nameof(Scalars)}:", StringComparison.Ordinal)
                   && !method.Key.Contains($".{nameof(Scalars)}/", StringComparison.Ordinal)
                   && !method.Key.Contains($".{nameof(Flat)}::{nameof(Flat.Of)}(", StringComparison.Ordinal)
               from call in method.Value
               where IsConversion(call) || makers.Contains(NameOf(call))
               select $"{method.Key} calls {NameOf(call)}",
        ];

        Assert.Contains(makers, name => name.EndsWith("Tensor::add(TorchSharp.torch/Tensor)", StringComparison.Ordinal));
        Assert.Empty(found);
    }

    static Dictionary<string, List<MethodReference>> CallsOf(AssemblyDefinition assembly) =>
        assembly.MainModule.Types.SelectMany(Nested).SelectMany(type => type.Methods).Where(method => method.HasBody).ToDictionary(
            method => method.FullName,
            method => method.Body.Instructions.Select(one => one.Operand).OfType<MethodReference>().ToList());

    static IEnumerable<TypeDefinition> Nested(TypeDefinition type) => type.NestedTypes.SelectMany(Nested).Prepend(type);

    static string NameOf(MethodReference call) => call.GetElementMethod().FullName;

    static bool IsConversion(MethodReference call) =>
        call.DeclaringType.FullName == typeof(Scalar).FullName && (call.Name is "op_Implicit" or ".ctor")
        || call.DeclaringType.Name == nameof(ScalarExtensionMethods);
}
