using System.Runtime.CompilerServices;

namespace Embark.Sandbox.Tests;

/// <summary>What a real Istio 1.30.3 said, where it lies beside the checkout.</summary>
internal static class Recordings
{
    public static string Folder { get; } = Path.GetFullPath(Path.Combine(Checkout(), "..", "shared", "reference", "real-istio-1.30.3"));

    public static void SkipWhereAbsent() => Assert.SkipUnless(Directory.Exists(Folder), "needs the recordings of a real Istio beside the checkout");

    private static string Checkout([CallerFilePath] string file = "") => Path.Combine(Path.GetDirectoryName(file)!, "..", "..");
}
