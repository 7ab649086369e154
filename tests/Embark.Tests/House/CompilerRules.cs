using System.Diagnostics;

namespace Embark.Tests.House;

/// <summary>The rules in .editorconfig are only worth something if they stop a build.</summary>
public sealed class CompilerRules
{
    private const string Project = """
        <Project Sdk="Microsoft.NET.Sdk">
          <PropertyGroup><RestorePackagesWithLockFile>false</RestorePackagesWithLockFile></PropertyGroup>
        </Project>
        """;

    private const string Offender = """
        namespace Embark;

        public sealed class Undocumented
        {
            public static Task WaitAsync(CancellationToken cancellationToken) => Task.Delay(1);
        }

        internal class Unsealed;
        """;

    [Fact(Timeout = 180_000)]
    public async Task Unsealed_class_dropped_token_and_missing_documentation_stop_the_build()
    {
        var folder = Directory.CreateTempSubdirectory("embark-rules-").FullName;
        try
        {
            foreach (var file in new[] { ".editorconfig", "Directory.Build.props", "Directory.Packages.props", "global.json" })
                File.Copy(Path.Combine(Checkout.Root, file), Path.Combine(folder, file));
            var library = Directory.CreateDirectory(Path.Combine(folder, "src", "Embark")).FullName;
            await File.WriteAllTextAsync(Path.Combine(library, "Embark.csproj"), Project);
            await File.WriteAllTextAsync(Path.Combine(library, "Offender.cs"), Offender);

            var (code, output) = await BuildAsync(library, TestContext.Current.CancellationToken);

            Assert.NotEqual(0, code);
            Assert.Contains("error CA1852", output, StringComparison.Ordinal);
            Assert.Contains("error CA2016", output, StringComparison.Ordinal);
            Assert.Contains("error CS1591", output, StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<(int Code, string Output)> BuildAsync(string folder, CancellationToken cancellationToken)
    {
        using var build = Process.Start(new ProcessStartInfo("dotnet", ["build", "-v", "q", "-nodeReuse:false"])
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            Environment = { ["UseSharedCompilation"] = "false" },
        })!;
        var output = await build.StandardOutput.ReadToEndAsync(cancellationToken);
        await build.WaitForExitAsync(cancellationToken);
        return (build.ExitCode, output);
    }
}
