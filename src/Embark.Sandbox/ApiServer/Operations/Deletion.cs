using System.Text.Json.Nodes;
using Embark.Sandbox.ApiServer.Objects;
using Embark.Sandbox.ApiServer.Resources;
using Embark.Sandbox.ApiServer.Storage;

namespace Embark.Sandbox.ApiServer.Operations;

/// <summary>
/// Deletes objects. Finalizers hold an object until they are gone. What it owned goes with it at once, or is let go with
/// <c>propagationPolicy: Orphan</c>; foreground deletion is answered like background deletion. There is no grace period.
/// </summary>
internal sealed class Deletion(ObjectOperations operations, TimeProvider clock)
{
    private readonly ObjectStore _store = operations.Store;

    /// <summary>Returns the object and whether it is gone; false while finalizers hold it.</summary>
    public (StoredObject Last, bool Gone) Delete(ApiResource resource, string @namespace, string name, JsonObject? how, bool dryRun)
    {
        StoredObject? seen = null;
        var last = _store.Change(resource.Id, @namespace, name, current =>
        {
            seen = current ?? throw Statuses.NotFound(resource.Id, name);
            CheckPreconditions(resource, current, how);
            if (dryRun)
                return current.Value;
            if (resource.Id != BuiltInResources.Namespaces && !current.Value.Items("metadata", "finalizers").Any())
                return null;
            return Marked(current);
        });
        if (dryRun)
            return (seen!, true);
        if (_store.Find(resource.Id, @namespace, name) is { } held)
        {
            if (resource.Id == BuiltInResources.Namespaces)
                return (held, EmptyNamespace(resource, held));
            return (held, false);
        }
        Follow(resource, last!, how.Text("propagationPolicy") == "Orphan" || how.Flag("orphanDependents"));
        return (last!, true);
    }

    /// <summary>Does what follows from the end of an object.</summary>
    public void Follow(ApiResource resource, StoredObject gone, bool orphan = false)
    {
        foreach (var key in _store.DependentsOf(gone.Uid))
            LetGo(key, gone.Uid, orphan);
        if (resource.Id == BuiltInResources.CustomResourceDefinitions)
            EndKind(gone.Value);
        if (resource.Namespaced && operations.Catalog.Find(BuiltInResources.Namespaces) is { } namespaces
            && _store.Find(BuiltInResources.Namespaces, "", gone.Namespace) is { } home && home.Value.Text("metadata", "deletionTimestamp") is not null)
            EndNamespace(namespaces, home);
    }

    private static void CheckPreconditions(ApiResource resource, StoredObject current, JsonObject? how)
    {
        if (how.Text("preconditions", "uid") is { } uid && uid != current.Uid)
            throw Statuses.Conflict(
                resource.Id, current.Name, $"Precondition failed: UID in precondition: {uid}, UID in object meta: {current.Uid}");
        if (how.Text("preconditions", "resourceVersion") is { } version && version != current.Value.ResourceVersion)
            throw Statuses.Conflict(
                resource.Id, current.Name,
                $"Precondition failed: ResourceVersion in precondition: {version}, ResourceVersion in object meta: {current.Value.ResourceVersion}");
    }

    private JsonObject Marked(StoredObject current)
    {
        if (current.Value.Text("metadata", "deletionTimestamp") is not null)
            return current.Value;
        var next = current.Value.Copy();
        next.Metadata["deletionTimestamp"] = ObjectOperations.Now(clock);
        next.Metadata["deletionGracePeriodSeconds"] = 0;
        if (next.Text("kind") == "Namespace")
            next.Ensure("status")["phase"] = "Terminating";
        return next;
    }

    private bool EmptyNamespace(ApiResource namespaces, StoredObject home)
    {
        foreach (var resource in operations.Catalog.All.Where(resource => resource is { Namespaced: true, IsQuestion: false }))
            foreach (var item in _store.List(resource.Id, home.Name).Items.ToArray())
                DeleteQuietly(resource, item.Namespace, item.Name);
        return EndNamespace(namespaces, home);
    }

    private bool EndNamespace(ApiResource namespaces, StoredObject home)
    {
        if (operations.Catalog.All.Any(resource => resource is { Namespaced: true, IsQuestion: false } && _store.List(resource.Id, home.Name).Items.Any()))
            return false;
        if (_store.Find(namespaces.Id, "", home.Name) is not null && _store.Change(namespaces.Id, "", home.Name, _ => null) is { } gone)
            Follow(namespaces, gone);
        return true;
    }

    private void LetGo(ObjectKey key, string owner, bool orphan)
    {
        if (operations.Catalog.Find(key.Resource) is not { } resource || _store.Find(key.Resource, key.Namespace, key.Name) is not { } item)
            return;
        var others = item.Value.Items("metadata", "ownerReferences").Where(reference => reference.Text("uid") != owner).ToArray();
        if (others.Length == 0 && !orphan)
        {
            DeleteQuietly(resource, key.Namespace, key.Name);
            return;
        }
        _store.Change(key.Resource, key.Namespace, key.Name, current =>
        {
            var next = current?.Value.Copy();
            next?.Metadata["ownerReferences"] = JsonText.ArrayOf(others.Select(other => other?.DeepClone()));
            return next;
        });
    }

    private void EndKind(JsonObject definition)
    {
        if (operations.Catalog.Find(new GroupResource(definition.Text("spec", "group") ?? "", definition.Text("spec", "names", "plural") ?? "")) is not { IsCustom: true } kind)
            return;
        foreach (var item in _store.List(kind.Id, null).Items.ToArray())
            DeleteQuietly(kind, item.Namespace, item.Name);
        operations.Catalog.StopServing(definition);
    }

    private void DeleteQuietly(ApiResource resource, string @namespace, string name)
    {
        try
        {
            Delete(resource, @namespace, name, null, dryRun: false);
        }
        catch (StatusException gone) when (gone.Code == 404)
        {
            // Somebody else was faster.
        }
    }
}
