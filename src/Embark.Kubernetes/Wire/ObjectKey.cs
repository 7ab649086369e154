using System.Text.Json;

namespace Embark.Kubernetes.Wire;

/// <summary>What tells objects of one kind apart.</summary>
internal static class ObjectKey
{
    public static string Read(ReadOnlySpan<byte> json)
    {
        var metadata = JsonSerializer.Deserialize(json, WireJson.Default.AnyObject)?.Metadata;
        return $"{metadata?.Namespace}/{metadata?.Name}";
    }
}
