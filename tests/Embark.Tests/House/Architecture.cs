using System.Xml.Linq;

namespace Embark.Tests.House;

/// <summary>The table of docs/architecture.md, held against the project files.</summary>
public sealed class Architecture
{
    private static readonly Dictionary<string, string[]> MayReference = new()
    {
        ["Embark.Kubernetes"] = [],
        ["Embark"] = ["Embark.Kubernetes"],
        ["Embark.Cli"] = ["Embark"],
        ["Embark.Controller"] = ["Embark", "Embark.Grpc"],
        ["Embark.Grpc"] = [],
        ["Embark.Sandbox"] = ["Embark.Kubernetes", "Embark.Grpc"],
    };

    private static readonly string[] ForbiddenNames = ["Common", "Core", "Shared", "Utils", "Helpers", "Abstractions"];

    /// <summary>Files over 400 lines, each with the reason why it is one idea.</summary>
    private static readonly Dictionary<string, string> LongFiles = [];

    public static TheoryData<string> Projects =>
        [.. Checkout.Files("src", "*.csproj").Select(Path.GetFileNameWithoutExtension).OfType<string>()];

    [Theory(Timeout = 15_000), MemberData(nameof(Projects))]
    public async Task Project_references_only_what_the_table_allows(string project)
    {
        await Task.CompletedTask;
        Assert.True(MayReference.ContainsKey(project), $"{project} is not in the table; docs/architecture.md and this test list every project");
        var references = Elements(project, "ProjectReference").Select(Path.GetFileNameWithoutExtension);
        Assert.Empty(references.Except(MayReference[project]));
    }

    [Fact(Timeout = 15_000)]
    public async Task Libraries_use_neither_web_nor_command_line_packages()
    {
        await Task.CompletedTask;
        foreach (var library in new[] { "Embark", "Embark.Kubernetes" })
        {
            Assert.Empty(Elements(library, "FrameworkReference"));
            Assert.DoesNotContain(Elements(library, "PackageReference"), package =>
                package.StartsWith("System.CommandLine", StringComparison.Ordinal) || package.StartsWith("Spectre.", StringComparison.Ordinal)
                || package.StartsWith("Microsoft.AspNetCore", StringComparison.Ordinal));
        }
    }

    [Fact(Timeout = 15_000)]
    public async Task No_project_or_folder_has_a_name_that_says_nothing()
    {
        await Task.CompletedTask;
        var parts = Checkout.Files("src", "*.cs").Concat(Checkout.Files("tests", "*.cs"))
            .SelectMany(path => Path.GetDirectoryName(path)!.Split('/')).SelectMany(part => part.Split('.')).Distinct();
        Assert.Empty(parts.Intersect(ForbiddenNames, StringComparer.OrdinalIgnoreCase));
    }

    [Fact(Timeout = 15_000)]
    public async Task Only_executables_know_the_console()
    {
        await Task.CompletedTask;
        Assert.Contains(Elements("Embark", "AdditionalFiles"), file => file == "BannedSymbols.txt");
        var offenders =
            from folder in new[] { "src/Embark", "src/Embark.Kubernetes", "src/Embark.Grpc" }
            from path in Checkout.Files(folder, "*.cs")
            from line in Checkout.Read(path).Split('\n')
            where System.Text.RegularExpressions.Regex.IsMatch(line, @"(^|[^\w.<""])Console\.") && !line.TrimStart().StartsWith("//", StringComparison.Ordinal)
            select $"{path}: {line.Trim()}";
        Assert.Empty(offenders);
    }

    [Fact(Timeout = 15_000)]
    public async Task No_file_is_long_without_a_reason()
    {
        await Task.CompletedTask;
        var longFiles =
            from path in Checkout.Files("src", "*.cs").Concat(Checkout.Files("tests", "*.cs"))
            let lines = Checkout.Read(path).Count(c => c == '\n')
            where lines > 400 && !LongFiles.ContainsKey(path)
            select $"{path}: {lines} lines; split it by idea, or list it in Architecture.LongFiles with the reason";
        Assert.Empty(longFiles);
        Assert.All(LongFiles.Keys, path => Assert.True(File.Exists(Path.Combine(Checkout.Root, path)), $"{path} is listed as long but is gone"));
    }

    [Fact(Timeout = 15_000)]
    public async Task Namespace_is_the_folder()
    {
        await Task.CompletedTask;
        var offenders =
            from path in Checkout.Files("src", "*.cs")
            let wanted = string.Join('.', Path.GetDirectoryName(path)!.Split('/').Skip(1))
            let line = Checkout.Read(path).Split('\n').FirstOrDefault(l => l.StartsWith("namespace ", StringComparison.Ordinal))
            where line is not null && line != $"namespace {wanted};"
            select $"{path}: {line} (want {wanted})";
        Assert.Empty(offenders);
    }

    private static IEnumerable<string> Elements(string project, string name) =>
        from element in XDocument.Parse(Checkout.Read($"src/{project}/{project}.csproj")).Descendants(name)
        select ((string?)element.Attribute("Include") ?? "").Replace('\\', '/');
}
