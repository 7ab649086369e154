using System.Text.Json.Nodes;
using Embark.Sandbox.ApiServer.Objects;
using Embark.Sandbox.ApiServer.Operations;
using Embark.Sandbox.ApiServer.Resources;

namespace Embark.Sandbox.ApiServer.Patching;

/// <summary>
/// Server-side apply. Simplified against structured-merge-diff: ownership is of leaves only (a map itself has no owner), all
/// versions of a kind share their field paths, and lists are merged only where <see cref="MergeKeys"/> says so.
/// </summary>
internal static class ServerSideApply
{
    public static JsonObject Merge(ApiResource resource, JsonObject live, JsonObject wanted, WriteOptions options)
    {
        var schema = resource.IsCustom ? resource.Schema : null;
        var wantedLeaves = FieldPaths.Of(wanted, schema);
        var liveLeaves = FieldPaths.Of(live, schema);
        var owners = FieldOwner.Of(live);
        var others = owners.Where(owner => !IsOwn(owner, options)).ToArray();
        if (!options.Force)
            RefuseConflicts(others, wantedLeaves, liveLeaves);

        var result = MergeMap(live.Copy(), wanted, "", schema);
        var mine = owners.Where(owner => IsOwn(owner, options)).SelectMany(owner => owner.Paths);
        foreach (var path in mine.Where(path => !wantedLeaves.ContainsKey(path) && !others.Any(owner => owner.Paths.Contains(path))).ToArray())
            if (!wantedLeaves.Keys.Any(kept => kept.StartsWith(path + "\n", StringComparison.Ordinal)))
                FieldPaths.Remove(result, path);
        if (wanted.ResourceVersion.Length == 0)
            result.Metadata.Remove("resourceVersion");
        return result;
    }

    /// <summary>The manager owns exactly what it applied; others lose what this changed.</summary>
    public static void Record(
        ApiResource resource, JsonObject previous, JsonObject next, JsonObject wanted, WriteOptions options, string apiVersion, string now)
    {
        var schema = resource.IsCustom ? resource.Schema : null;
        var before = FieldPaths.Of(previous, schema);
        var after = FieldPaths.Of(next, schema);
        var wantedPaths = FieldPaths.Of(wanted, schema).Keys.ToHashSet(StringComparer.Ordinal);
        var lost = before.Where(leaf => !after.TryGetValue(leaf.Key, out var now) || !JsonNode.DeepEquals(leaf.Value, now)).Select(leaf => leaf.Key).ToArray();

        var owners = FieldOwner.Of(next);
        var own = owners.Find(owner => IsOwn(owner, options));
        foreach (var owner in owners.Where(owner => !ReferenceEquals(owner, own)))
            owner.Paths.ExceptWith(lost);
        if (own is not null && own.Paths.SetEquals(wantedPaths) && lost.Length == 0)
        {
            FieldOwner.Write(next, owners);
            return;
        }
        owners.RemoveAll(owner => ReferenceEquals(owner, own));
        owners.Insert(0, new(options.FieldManager, "Apply", options.Subresource) { ApiVersion = apiVersion, Time = now, Paths = wantedPaths });
        FieldOwner.Write(next, owners);
    }

    private static bool IsOwn(FieldOwner owner, WriteOptions options) => owner.Is(options.FieldManager, "Apply", options.Subresource);

    private static void RefuseConflicts(
        IEnumerable<FieldOwner> others, Dictionary<string, JsonNode?> wanted, Dictionary<string, JsonNode?> live)
    {
        var conflicts = others.SelectMany(owner => owner.Paths
            .Where(path => wanted.TryGetValue(path, out var value) && live.TryGetValue(path, out var now) && !JsonNode.DeepEquals(value, now))
            .Order(StringComparer.Ordinal)
            .Select(path => (Path: FieldPaths.Show(path), Text: $"conflict with \"{owner.Manager}\"{Using(owner)}"))).ToArray();
        if (conflicts.Length == 0)
            return;
        var message = conflicts.Length == 1
            ? $"Apply failed with 1 conflict: {conflicts[0].Text}: {conflicts[0].Path}"
            : $"Apply failed with {conflicts.Length} conflicts: {string.Join('\n', conflicts.GroupBy(conflict => conflict.Text).Select(group => $"{group.Key.Replace("conflict ", "conflicts ", StringComparison.Ordinal)}:\n{string.Join('\n', group.Select(conflict => $"- {conflict.Path}"))}"))}";
        throw new StatusException(409, "Conflict", message, new JsonObject
        {
            ["causes"] = JsonText.ArrayOf(conflicts.Select(conflict => (JsonNode?)new JsonObject
            {
                ["reason"] = "FieldManagerConflict",
                ["message"] = conflict.Text,
                ["field"] = conflict.Path,
            })),
        });
    }

    private static string Using(FieldOwner owner) => owner.Operation == "Apply" ? "" : $" using {owner.ApiVersion}";

    private static JsonObject MergeMap(JsonObject target, JsonObject wanted, string parent, JsonObject? schema)
    {
        foreach (var (name, value) in wanted)
        {
            var inside = name == "metadata" && parent.Length == 0 ? null : schema.Object("properties", name) ?? schema.Object("additionalProperties");
            if (value is JsonObject map)
            {
                var inner = target[name] as JsonObject ?? [];
                target.Remove(name);
                target[name] = MergeMap(inner, map, name, inside);
            }
            else if (value is JsonArray items && target[name] is JsonArray current && MergeKeys.Of(parent, name, schema) is { } keys)
                target[name] = MergeItems(current, items, keys, name, inside.Object("items"));
            else
                target[name] = value?.DeepClone();
        }
        return target;
    }

    private static JsonArray MergeItems(JsonArray current, JsonArray wanted, IReadOnlyList<string> keys, string name, JsonObject? schema)
    {
        var result = current.Select(item => item?.DeepClone()).ToList();
        foreach (var item in wanted)
        {
            var index = result.FindIndex(old => MergeKeys.SameItem(old, item, keys));
            if (index < 0)
                result.Add(item?.DeepClone());
            else if (result[index] is JsonObject old && item is JsonObject map)
                result[index] = MergeMap(old, map, name, schema);
        }
        return JsonText.ArrayOf(result);
    }
}
