using System.Text.Json.Nodes;
using Embark.Sandbox.ApiServer.Operations;
using Embark.Sandbox.ApiServer.Resources;

namespace Embark.Sandbox.ApiServer.Patching;

/// <summary>Keeps metadata.managedFields for writes that are no server-side apply.</summary>
internal static class ManagedFields
{
    /// <summary>The manager gets what it changed; others lose what was changed or removed.</summary>
    public static void Update(ApiResource resource, JsonObject? previous, JsonObject next, WriteOptions options, string apiVersion, string now)
    {
        var schema = resource.IsCustom ? resource.Schema : null;
        var before = previous is null ? [] : FieldPaths.Of(previous, schema);
        var after = FieldPaths.Of(next, schema);
        var changed = after.Where(leaf => !before.TryGetValue(leaf.Key, out var old) || !JsonNode.DeepEquals(old, leaf.Value)).Select(leaf => leaf.Key).ToArray();
        var removed = before.Keys.Where(path => !after.ContainsKey(path)).ToArray();
        if (changed.Length == 0 && removed.Length == 0)
            return;
        var owners = FieldOwner.Of(next);
        foreach (var owner in owners)
        {
            owner.Paths.ExceptWith(removed);
            owner.Paths.ExceptWith(changed);
        }
        var own = owners.Find(owner => owner.Is(options.FieldManager, "Update", options.Subresource));
        if (own is null)
            owners.Add(own = new(options.FieldManager, "Update", options.Subresource));
        own.Paths.UnionWith(changed);
        (own.ApiVersion, own.Time) = (apiVersion, now);
        FieldOwner.Write(next, owners);
    }

    public static bool SameOwners(JsonObject current, JsonObject next)
    {
        var (before, after) = (FieldOwner.Of(current), FieldOwner.Of(next));
        return before.Count == after.Count && before.All(owner =>
            after.Exists(other => other.Is(owner.Manager, owner.Operation, owner.Subresource) && other.Paths.SetEquals(owner.Paths)));
    }
}
