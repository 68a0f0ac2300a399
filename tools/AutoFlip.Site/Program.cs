using AutoFlip.Site;

if (args is not [var root, var output])
{
    Console.Error.WriteLine(
        "Usage: dotnet run --project tools/AutoFlip.Site -- CHECKOUT OUTPUT\nWrites the documentation as a web site. "
        + "Ends with 1 if a link leads nowhere.");
    return 2;
}
var site = DocumentationSite.Read(root);
foreach (var broken in site.BrokenLinks()) Console.Error.WriteLine(broken);
site.Write(output);
Console.WriteLine($"{site.Pages.Count} pages: {Path.Combine(Path.GetFullPath(output), "docs", "index.html")}");
return site.BrokenLinks().Any() ? 1 : 0;
