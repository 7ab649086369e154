using System.Collections.Immutable;
using System.Text.Json.Nodes;

namespace Embark.Sandbox.ApiServer.Resources;

/// <summary>All resources served now: the built-in ones and those of CustomResourceDefinitions.</summary>
internal sealed class ApiCatalog
{
    private ImmutableDictionary<GroupResource, ApiResource> _resources =
        BuiltInResources.All.ToImmutableDictionary(resource => resource.Id);

    public IReadOnlyCollection<ApiResource> All => [.. _resources.Values.OrderBy(resource => resource.Group, StringComparer.Ordinal)
        .ThenBy(resource => resource.Plural, StringComparer.Ordinal)];

    public ApiResource? Find(string group, string version, string plural) =>
        _resources.TryGetValue(new(group, plural), out var found) && found.Versions.Contains(version) ? found : null;

    public ApiResource? Find(GroupResource id) => _resources.GetValueOrDefault(id);

    /// <summary>By apiVersion and kind, as an object names itself.</summary>
    public ApiResource? FindKind(string apiVersion, string kind)
    {
        var slash = apiVersion.IndexOf('/', StringComparison.Ordinal);
        var (group, version) = slash < 0 ? ("", apiVersion) : (apiVersion[..slash], apiVersion[(slash + 1)..]);
        return _resources.Values.FirstOrDefault(resource =>
            resource.Group == group && resource.Kind == kind && resource.Versions.Contains(version));
    }

    public void Serve(JsonObject definition)
    {
        if (CustomResources.ToResource(definition) is { } resource)
            ImmutableInterlocked.Update(ref _resources, (all, added) => all.SetItem(added.Id, added), resource);
    }

    public void StopServing(JsonObject definition)
    {
        if (CustomResources.ToResource(definition) is { } resource)
            ImmutableInterlocked.Update(ref _resources, (all, gone) => all.Remove(gone.Id), resource);
    }
}
