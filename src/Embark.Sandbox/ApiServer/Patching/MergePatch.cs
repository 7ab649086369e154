using System.Text.Json.Nodes;

namespace Embark.Sandbox.ApiServer.Patching;

/// <summary>JSON merge patch, RFC 7386.</summary>
internal static class MergePatch
{
    public static JsonNode? Apply(JsonNode? target, JsonNode? patch)
    {
        if (patch is not JsonObject changes)
            return patch?.DeepClone();
        var result = target as JsonObject ?? [];
        foreach (var (name, change) in changes)
        {
            if (change is null)
                result.Remove(name);
            else if (change is JsonObject)
                result[name] = Apply(Detached(result, name), change);
            else
                result[name] = change.DeepClone();
        }
        return result;
    }

    private static JsonNode? Detached(JsonObject from, string name)
    {
        var member = from[name];
        from.Remove(name);
        return member;
    }
}
