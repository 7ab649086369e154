using System.Text.Json.Nodes;
using Embark.Sandbox.ApiServer.Objects;

namespace Embark.Sandbox.ApiServer.Patching;

/// <summary>The kinds of patch, by their media types.</summary>
internal static class PatchKind
{
    public const string Json = "application/json-patch+json";
    public const string Merge = "application/merge-patch+json";
    public const string Strategic = "application/strategic-merge-patch+json";
    public const string Apply = "application/apply-patch+yaml";

    /// <summary>Custom kinds have no Go types and so no strategic merge patch.</summary>
    public static string Find(string mediaType, bool custom)
    {
        string[] offered = custom ? [Json, Merge, Apply] : [Json, Merge, Strategic, Apply];
        return offered.Contains(mediaType) ? mediaType : throw Statuses.UnsupportedMediaType(offered);
    }

    public static JsonObject Patch(string kind, JsonObject current, JsonNode? patch) => kind switch
    {
        Json => JsonPatch.Apply(current, patch as JsonArray ?? throw Statuses.BadRequest("a JSON patch is an array of operations")),
        Merge => MergePatch.Apply(current, patch as JsonObject ?? throw Statuses.BadRequest("a merge patch is an object"))!.AsObject(),
        _ => StrategicMergePatch.Apply(current, patch as JsonObject ?? throw Statuses.BadRequest("a strategic merge patch is an object")),
    };
}
