using System.Reflection;
using System.Runtime.InteropServices;

namespace Embark.Sandbox;

/// <summary>Where the sandbox's own programs and scripts are.</summary>
internal static class Programs
{
    /// <summary>Directory with the executable <c>embark-sandbox</c>, also when the caller is a test or another program beside it.</summary>
    public static string Directory { get; } = AppContext.BaseDirectory.TrimEnd('/');

    /// <summary>The executable itself.</summary>
    public static string Executable { get; } = Path.Combine(Directory, "embark-sandbox");

    /// <summary>Root of the shared .NET runtime; null when the program carries its own.</summary>
    public static string? SharedRuntime { get; } = FindSharedRuntime();

    /// <summary>Text of a script that is part of this program.</summary>
    public static string Script(string name)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(name)
            ?? throw new ArgumentException($"no script {name}", nameof(name));
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    // {root}/shared/Microsoft.NETCore.App/{version}/ when shared; the program's own directory, or nowhere, when self-contained.
    private static string? FindSharedRuntime()
    {
        var runtime = new DirectoryInfo(RuntimeEnvironment.GetRuntimeDirectory());
        return runtime.Parent is { Name: "Microsoft.NETCore.App", Parent: { Name: "shared", Parent: { } root } } ? root.FullName : null;
    }
}
