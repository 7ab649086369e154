using System.Text;
using System.Text.Json.Nodes;
using Embark.Sandbox.ApiServer.Objects;
using Embark.Sandbox.ApiServer.Resources;
using Embark.Sandbox.ApiServer.Storage;
using Embark.Sandbox.ApiServer.Tables;

namespace Embark.Sandbox.ApiServer.Serving;

/// <summary>Objects and lists in the form and version that was asked for, as UTF-8 JSON.</summary>
internal sealed class Rendering(TableWriter tables)
{
    public byte[] One(ApiResource resource, string version, AnswerShape shape, StoredObject item, string? includeObject) => shape switch
    {
        AnswerShape.Table => JsonText.Write(tables.Table(resource, version, [item], Meta(item.Version), includeObject)),
        AnswerShape.Metadata => JsonText.Write(MetadataOf(item.Value)),
        _ => item.Json(resource.ApiVersion(version)),
    };

    public async Task ListAsync(Stream output, ApiResource resource, string version, AnswerShape shape, ListPage page, string? includeObject, CancellationToken cancellationToken)
    {
        var meta = Meta(page.Version);
        if (page.Continue is { } token)
            (meta["continue"], meta["remainingItemCount"]) = (token, page.Remaining);
        if (shape == AnswerShape.Table)
        {
            await output.WriteAsync(JsonText.Write(tables.Table(resource, version, page.Items, meta, includeObject)), cancellationToken);
            return;
        }
        var (kind, apiVersion) = shape == AnswerShape.Metadata
            ? ("PartialObjectMetadataList", "meta.k8s.io/v1")
            : (resource.ListKind, resource.ApiVersion(version));
        await output.WriteAsync(
            Encoding.UTF8.GetBytes($$"""{"kind":"{{kind}}","apiVersion":"{{apiVersion}}","metadata":{{meta.ToJsonString()}},"items":["""), cancellationToken);
        var first = true;
        foreach (var item in page.Items)
        {
            if (!first)
                await output.WriteAsync(","u8.ToArray(), cancellationToken);
            first = false;
            await output.WriteAsync(shape == AnswerShape.Metadata ? JsonText.Write(MetadataOf(item.Value)) : item.Json(resource.ApiVersion(version)), cancellationToken);
        }
        await output.WriteAsync("]}\n"u8.ToArray(), cancellationToken);
    }

    /// <summary>The object of a BOOKMARK event: nothing but a version.</summary>
    public static byte[] Bookmark(ApiResource resource, string version, AnswerShape shape, long at, bool endOfStart)
    {
        var meta = Meta(at);
        meta["creationTimestamp"] = null;
        if (endOfStart)
            meta["annotations"] = new JsonObject { ["k8s.io/initial-events-end"] = "true" };
        var (kind, apiVersion) = shape switch
        {
            AnswerShape.Table => ("Table", "meta.k8s.io/v1"),
            AnswerShape.Metadata => ("PartialObjectMetadata", "meta.k8s.io/v1"),
            _ => (resource.Kind, resource.ApiVersion(version)),
        };
        return JsonText.Write(new JsonObject { ["kind"] = kind, ["apiVersion"] = apiVersion, ["metadata"] = meta });
    }

    public static JsonObject MetadataOf(JsonObject value) => new()
    {
        ["kind"] = "PartialObjectMetadata",
        ["apiVersion"] = "meta.k8s.io/v1",
        ["metadata"] = value["metadata"]?.DeepClone(),
    };

    private static JsonObject Meta(long version) => new() { ["resourceVersion"] = version.ToString(System.Globalization.CultureInfo.InvariantCulture) };
}
