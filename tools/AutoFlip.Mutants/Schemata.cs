using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using static Microsoft.CodeAnalysis.CSharp.SyntaxFactory;

namespace AutoFlip.Mutants;

/// <summary>Puts all mutants of a file into its tree at once, each behind a switch: one build serves all of them.</summary>
/// <remarks>Source: R. H. Untch, A. J. Offutt and M. J. Harrold 1993, "Mutation analysis using mutant schemata", ISSTA.</remarks>
sealed class Schemata(ILookup<SyntaxNode, Mutant> mutants) : CSharpSyntaxRewriter
{
    const string Kind = "mutant";

    /// <summary>The switch: one mutant is active in a process, and those that a run comes past are noted.</summary>
    public const string Switch = """
        namespace AutoFlip;

        static class MutantSwitch
        {
            static readonly int Active = int.Parse(
                System.Environment.GetEnvironmentVariable("AUTOFLIP_MUTANT") ?? "0", System.Globalization.CultureInfo.InvariantCulture);
            static readonly bool[]? Reached = Note(System.Environment.GetEnvironmentVariable("AUTOFLIP_MUTANTS_REACHED"));

            public static bool Is(int number)
            {
                if (Reached is not null) Reached[number] = true;
                return number == Active;
            }

            static bool[]? Note(string? file)
            {
                if (file is null) return null;
                var reached = new bool[100_000];
                System.AppDomain.CurrentDomain.ProcessExit += (_, _) => System.IO.File.WriteAllLines(file,
                    System.Linq.Enumerable.Select(
                        System.Linq.Enumerable.Where(System.Linq.Enumerable.Range(0, reached.Length), n => reached[n]),
                        n => n.ToString()));
                return reached;
            }
        }
        """;

    /// <summary>The mutant in which a place of a rewritten tree lies; 0 if it is in none.</summary>
    public static int NumberAt(SyntaxNode root, Microsoft.CodeAnalysis.Text.TextSpan place) =>
        root.FindNode(place, getInnermostNodeForTie: true).AncestorsAndSelf()
        .SelectMany(node => node.GetAnnotations(Kind)).Select(mark =>
            int.Parse(mark.Data!, System.Globalization.CultureInfo.InvariantCulture)).FirstOrDefault();

    public override SyntaxNode? Visit(SyntaxNode? node)
    {
        var visited = base.Visit(node);
        if (node is null) return visited;
        foreach (var mutant in mutants[node])
            visited = visited switch
            {
                StatementSyntax statement =>
                    IfStatement(PrefixUnaryExpression(SyntaxKind.LogicalNotExpression, Is(mutant)), Block(statement.WithoutTrivia()))
                    .WithTriviaFrom(statement).WithAdditionalAnnotations(Mark(mutant)),
                ExpressionSyntax expression => ParenthesizedExpression(ConditionalExpression(
                    Is(mutant), ParenthesizedExpression(mutant.Mistake!.WithoutTrivia()),
                    ParenthesizedExpression(expression.WithoutTrivia())))
                    .WithTriviaFrom(expression).WithAdditionalAnnotations(Mark(mutant)),
                _ => visited,
            };
        return visited;
    }

    static SyntaxAnnotation Mark(Mutant mutant) => new(Kind, $"{mutant.Number}");

    static ExpressionSyntax Is(Mutant mutant) => ParseExpression($"global::AutoFlip.MutantSwitch.Is({mutant.Number})");
}
