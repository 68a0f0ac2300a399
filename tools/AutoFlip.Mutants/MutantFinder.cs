using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using static Microsoft.CodeAnalysis.CSharp.SyntaxFactory;

namespace AutoFlip.Mutants;

/// <summary>A small mistake in the source.</summary>
/// <param name="Number">From 1; equal sources give equal numbers.</param>
/// <param name="File">Relative to the project.</param>
/// <param name="Line">From 1.</param>
/// <param name="Node">What is replaced: an expression, or a statement that is left out.</param>
/// <param name="Mistake">What stands in its place; null leaves it out.</param>
sealed record Mutant(int Number, string File, int Line, SyntaxNode Node, ExpressionSyntax? Mistake)
{
    /// <summary>The change in one line.</summary>
    public string Change => $"{Short(Node)} → {(Mistake is null ? "nothing" : Short(Mistake))}";

    static string Short(SyntaxNode node)
    {
        var words = node.ToString().Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        var text = string.Join(' ', words).Replace("|", "\\|", StringComparison.Ordinal);
        return $"`{(text.Length > 70 ? text[..70] + "…" : text)}`";
    }
}

/// <summary>Finds the mutants of a file: comparisons, sums, logical operators, conditions, numbers and statements.</summary>
static class MutantFinder
{
    public static IEnumerable<(SyntaxNode Node, ExpressionSyntax? Mistake)> Find(SemanticModel model) => model.SyntaxTree.GetRoot()
        .DescendantNodes(node => !IsConstant(node)).Where(node => !IsConstant(node)).SelectMany(node => Of(node, model));

    /// <summary>Where only constants may stand, nothing can be chosen when the program runs.</summary>
    static bool IsConstant(SyntaxNode node) => node switch
    {
        AttributeListSyntax or PatternSyntax or ParameterSyntax or EnumMemberDeclarationSyntax or SwitchLabelSyntax => true,
        FieldDeclarationSyntax field => field.Modifiers.Any(SyntaxKind.ConstKeyword),
        LocalDeclarationStatementSyntax local => local.IsConst,
        ThrowStatementSyntax or ThrowExpressionSyntax => true, // messages
        _ => false,
    };

    static IEnumerable<(SyntaxNode, ExpressionSyntax?)> Of(SyntaxNode node, SemanticModel model)
    {
        switch (node)
        {
            case BinaryExpressionSyntax binary when !Declares(binary):
                foreach (var kind in Others(binary, model)) yield return (node, With(binary, kind));
                break;
            case LiteralExpressionSyntax { Token.Value: int value } when IsNumber(model.GetTypeInfo(node).ConvertedType):
                yield return (node, ParseExpression($"{value + 1}"));
                if (value > 0) yield return (node, ParseExpression($"{value - 1}"));
                break;
            case IfStatementSyntax { Condition: var condition } when !Declares(condition) && condition is not BinaryExpressionSyntax:
                yield return (condition, Not(condition));
                break;
            case ConditionalExpressionSyntax { Condition: var condition } when !Declares(condition)
                && condition is not BinaryExpressionSyntax:
                yield return (condition, Not(condition));
                break;
            case ExpressionStatementSyntax { Expression: var effect } when !Declares(effect) && IsEffect(effect, model):
                yield return (node, null);
                break;
        }
    }

    /// <summary>An expression that declares a variable cannot be written twice.</summary>
    static bool Declares(SyntaxNode node) => node.DescendantNodesAndSelf()
        .Any(part => part is DeclarationExpressionSyntax or SingleVariableDesignationSyntax or LambdaExpressionSyntax);

    static bool IsNumber(ITypeSymbol? type) =>
        type?.SpecialType is SpecialType.System_Int32 or SpecialType.System_Int64 or SpecialType.System_Double;

    static bool IsEffect(ExpressionSyntax effect, SemanticModel model) => effect switch
    {
        InvocationExpressionSyntax or PostfixUnaryExpressionSyntax or PrefixUnaryExpressionSyntax => true,
        AssignmentExpressionSyntax { RawKind: not (int)SyntaxKind.SimpleAssignmentExpression } => true,
        AssignmentExpressionSyntax { Left: ElementAccessExpressionSyntax } => true,
        AssignmentExpressionSyntax { Left: var left } => model.GetSymbolInfo(left).Symbol is IFieldSymbol or IPropertySymbol
            && !left.Ancestors().Any(node => node is ConstructorDeclarationSyntax),
        _ => false,
    };

    static IEnumerable<SyntaxKind> Others(BinaryExpressionSyntax binary, SemanticModel model) => binary.Kind() switch
    {
        SyntaxKind.LessThanExpression => [SyntaxKind.LessThanOrEqualExpression, SyntaxKind.GreaterThanOrEqualExpression],
        SyntaxKind.LessThanOrEqualExpression => [SyntaxKind.LessThanExpression, SyntaxKind.GreaterThanExpression],
        SyntaxKind.GreaterThanExpression => [SyntaxKind.GreaterThanOrEqualExpression, SyntaxKind.LessThanOrEqualExpression],
        SyntaxKind.GreaterThanOrEqualExpression => [SyntaxKind.GreaterThanExpression, SyntaxKind.LessThanExpression],
        SyntaxKind.EqualsExpression => [SyntaxKind.NotEqualsExpression],
        SyntaxKind.NotEqualsExpression => [SyntaxKind.EqualsExpression],
        SyntaxKind.LogicalAndExpression => [SyntaxKind.LogicalOrExpression],
        SyntaxKind.LogicalOrExpression => [SyntaxKind.LogicalAndExpression],
        SyntaxKind.AddExpression when model.GetTypeInfo(binary).Type?.SpecialType != SpecialType.System_String =>
            [SyntaxKind.SubtractExpression],
        SyntaxKind.SubtractExpression => [SyntaxKind.AddExpression],
        SyntaxKind.MultiplyExpression => [SyntaxKind.DivideExpression],
        SyntaxKind.DivideExpression => [SyntaxKind.MultiplyExpression],
        _ => [],
    };

    static BinaryExpressionSyntax With(BinaryExpressionSyntax binary, SyntaxKind kind)
    {
        var bare = BinaryExpression(kind, binary.Left, binary.Right);
        return bare.WithOperatorToken(bare.OperatorToken.WithTriviaFrom(binary.OperatorToken));
    }

    static PrefixUnaryExpressionSyntax Not(ExpressionSyntax condition) =>
        PrefixUnaryExpression(SyntaxKind.LogicalNotExpression, ParenthesizedExpression(condition.WithoutTrivia()));
}
