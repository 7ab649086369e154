using System.Text.Json.Nodes;
using Embark.Sandbox.ApiServer.Objects;

namespace Embark.Sandbox.ApiServer.Patching;

/// <summary>
/// Strategic merge patch for built-in kinds: lists known to <see cref="MergeKeys"/> are merged, all others replaced. Understood:
/// <c>$patch: delete|replace|merge</c>, <c>$deleteFromPrimitiveList/…</c>, <c>$setElementOrder/…</c> (order only), <c>$retainKeys</c>.
/// </summary>
internal static class StrategicMergePatch
{
    public static JsonObject Apply(JsonObject target, JsonObject patch, string parent = "")
    {
        if (patch.Text("$patch") == "replace")
            return Without(patch, "$patch");
        if (patch["$retainKeys"] is JsonArray retained)
            foreach (var name in target.Select(pair => pair.Key).Except(retained.Select(key => key.Text() ?? "")).ToArray())
                target.Remove(name);
        foreach (var (name, change) in patch)
        {
            if (name.StartsWith("$deleteFromPrimitiveList/", StringComparison.Ordinal))
                RemoveValues(target, name[(name.IndexOf('/', StringComparison.Ordinal) + 1)..], change);
            else if (name.StartsWith('$'))
                continue;
            else
                Member(target, parent, name, change);
        }
        foreach (var (name, order) in patch.Where(pair => pair.Key.StartsWith("$setElementOrder/", StringComparison.Ordinal)))
            Sort(target, parent, name[(name.IndexOf('/', StringComparison.Ordinal) + 1)..], order as JsonArray ?? []);
        return target;
    }

    private static void Member(JsonObject target, string parent, string name, JsonNode? change)
    {
        switch (change)
        {
            case null:
                target.Remove(name);
                break;
            case JsonObject { Count: > 0 } deleted when deleted.Text("$patch") == "delete":
                target.Remove(name);
                break;
            case JsonObject map:
                var inner = target[name] as JsonObject ?? [];
                target.Remove(name);
                target[name] = Apply(inner, map, name);
                break;
            case JsonArray items when MergeKeys.Of(parent, name, null) is { } keys && !items.Any(item => item.Text("$patch") == "replace"):
                target[name] = Merge(target[name] as JsonArray ?? [], items, keys, name);
                break;
            case JsonArray items:
                target[name] = JsonText.ArrayOf(items.Where(item => item.Text("$patch") is null).Select(item => item?.DeepClone()));
                break;
            default:
                target[name] = change.DeepClone();
                break;
        }
    }

    private static JsonArray Merge(JsonArray current, JsonArray changes, IReadOnlyList<string> keys, string name)
    {
        var result = current.Select(item => item?.DeepClone()).ToList();
        // A strategic merge patch knows items by one member only.
        IReadOnlyList<string> key = ReferenceEquals(keys, MergeKeys.Set) ? keys : [keys[0]];
        foreach (var change in changes)
        {
            if (change is JsonObject item && key[0].Length > 0 && item[key[0]] is null)
                throw Statuses.BadRequest($"map: {item.ToJsonString()} does not contain declared merge key: {key[0]}");
            var index = result.FindIndex(old => MergeKeys.SameItem(old, change, key));
            if (change.Text("$patch") == "delete")
            {
                if (index >= 0)
                    result.RemoveAt(index);
            }
            else if (index < 0)
                result.Add(change is JsonObject added ? Apply([], added, name) : change?.DeepClone());
            else if (result[index] is JsonObject old)
                result[index] = Apply(old, (JsonObject)change!, name);
        }
        return JsonText.ArrayOf(result);
    }

    private static void RemoveValues(JsonObject target, string name, JsonNode? values)
    {
        if (target[name] is JsonArray items && values is JsonArray gone)
            target[name] = JsonText.ArrayOf(items.Where(item => !gone.Any(value => JsonNode.DeepEquals(value, item))).Select(item => item?.DeepClone()));
    }

    private static void Sort(JsonObject target, string parent, string name, JsonArray order)
    {
        if (target[name] is not JsonArray items || MergeKeys.Of(parent, name, null) is not { } keys)
            return;
        IReadOnlyList<string> key = ReferenceEquals(keys, MergeKeys.Set) ? keys : [keys[0]];
        var sorted = items.Select(item => item?.DeepClone()).OrderBy(item =>
        {
            var place = order.ToList().FindIndex(wanted => MergeKeys.SameItem(wanted, item, key));
            return place < 0 ? int.MaxValue : place;
        });
        target[name] = JsonText.ArrayOf(sorted.ToArray());
    }

    private static JsonObject Without(JsonObject patch, string name)
    {
        var copy = patch.Copy();
        copy.Remove(name);
        return copy;
    }
}
