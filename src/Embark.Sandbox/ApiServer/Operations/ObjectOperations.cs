using System.Globalization;
using System.Text.Json.Nodes;
using Embark.Sandbox.ApiServer.Objects;
using Embark.Sandbox.ApiServer.Patching;
using Embark.Sandbox.ApiServer.Resources;
using Embark.Sandbox.ApiServer.Storage;

namespace Embark.Sandbox.ApiServer.Operations;

/// <summary>Creates, changes and deletes objects by the rules of an API server; refusals are <see cref="StatusException"/>s.</summary>
internal sealed class ObjectOperations(ObjectStore store, ApiCatalog catalog, TimeProvider clock)
{
    private readonly Admission _admission = new(new Defaults(new ClusterAddresses(store)));

    public ObjectStore Store => store;

    public ApiCatalog Catalog => catalog;

    /// <summary>Deletes objects and what hangs on them.</summary>
    public Deletion Deletion => field ??= new(this, clock);

    /// <summary>Objects that every new namespace gets, as controllers would make them.</summary>
    public Func<string, IEnumerable<JsonObject>> NewNamespace { get; set; } = _ => [];

    public StoredObject Create(ApiResource resource, string version, string @namespace, JsonObject body, WriteOptions options) =>
        Create(resource, version, @namespace, body, options, ManagedFields.Update);

    public StoredObject Update(ApiResource resource, string version, string @namespace, string name, JsonObject body, WriteOptions options)
    {
        var value = Prepare(resource, version, @namespace, body);
        if (value.Name.Length == 0)
            value.Metadata["name"] = name;
        if (value.Name != name)
            throw Statuses.BadRequest($"the name of the object ({value.Name}) does not match the name on the URL ({name})");
        if (resource.IsCustom && value.ResourceVersion.Length == 0 && store.Find(resource.Id, @namespace, name) is not null)
            throw Statuses.Invalid(resource.Group, resource.Kind, name, [FieldError.Invalid("metadata.resourceVersion", 0, "must be specified for an update")]);
        return Modify(resource, version, @namespace, name, _ => value, options, ManagedFields.Update);
    }

    /// <summary>Changes an object that exists. <paramref name="change"/> gets a copy in the asked version.</summary>
    public StoredObject Modify(
        ApiResource resource, string version, string @namespace, string name, Func<JsonObject, JsonObject> change, WriteOptions options,
        Action<ApiResource, JsonObject?, JsonObject, WriteOptions, string, string> recordManager)
    {
        StoredObject? preview = null;
        var stored = store.Change(resource.Id, @namespace, name, current =>
        {
            if (current is null)
                throw Statuses.NotFound(resource.Id, name);
            var next = change(current.As(resource.ApiVersion(version)).Copy());
            CheckPreconditions(resource, current, next);
            next = KeepWhatIsNotAsked(resource, current, next, options);
            _admission.Admit(resource, version, next, current.Value, options);
            if (resource.HasGeneration && WantsAnother(current.Value, next))
                next.Metadata["generation"] = (current.Value.Number("metadata", "generation") ?? 0) + 1;
            recordManager(resource, current.Value, next, options, resource.ApiVersion(version), Now());
            if (SameButForBookkeeping(current.Value, next))
                return current.Value;
            preview = new(next, current.Version);
            if (options.DryRun)
                return current.Value;
            return next.Text("metadata", "deletionTimestamp") is not null && !next.Items("metadata", "finalizers").Any() ? null : next;
        })!;
        if (options.DryRun)
            return preview ?? stored;
        if (preview is not null)
            FollowChange(resource, stored);
        return stored;
    }

    /// <summary>Server-side apply: makes the object, or merges into it what the manager wants.</summary>
    public (StoredObject Stored, bool Created) Apply(
        ApiResource resource, string version, string @namespace, string name, JsonObject wanted, WriteOptions options)
    {
        var value = Prepare(resource, version, @namespace, wanted);
        value.Metadata["name"] = name;
        if (value.Metadata.ContainsKey("managedFields"))
            throw Statuses.BadRequest("metadata.managedFields must be nil");
        Admission.Check(resource, version, value, options);
        if (store.Find(resource.Id, @namespace, name) is null)
        {
            if (options.Subresource.Length > 0)
                throw Statuses.NotFound(resource.Id, name);
            return (Create(resource, version, @namespace, value, options, Record), true);
        }
        return (Modify(resource, version, @namespace, name, live => ServerSideApply.Merge(resource, live, value, options), options, Record), false);

        void Record(ApiResource kind, JsonObject? previous, JsonObject next, WriteOptions _, string apiVersion, string now) =>
            ServerSideApply.Record(kind, previous ?? next, next, value, options, apiVersion, now);
    }

    public static string Now(TimeProvider clock) => clock.GetUtcNow().UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    /// <summary>Where an object written by nobody in particular belongs: used for objects loaded at the start.</summary>
    public void Load(JsonObject value)
    {
        var resource = catalog.FindKind(value.Text("apiVersion") ?? "", value.Text("kind") ?? "")
            ?? throw new InvalidDataException($"{value.Text("apiVersion")} {value.Text("kind")} is not served; load its CustomResourceDefinition first");
        var @namespace = resource.Namespaced ? (value.Namespace is { Length: > 0 } named ? named : "default") : "";
        var version = value.Text("apiVersion")!.Split('/')[^1];
        if (store.Find(resource.Id, @namespace, value.Name) is null)
            Create(resource, version, @namespace, value, new WriteOptions { KeepStatus = true, FieldManager = "embark-sandbox" });
        else
            Modify(resource, version, @namespace, value.Name, _ => Prepare(resource, version, @namespace, value),
                new WriteOptions { KeepStatus = true, FieldManager = "embark-sandbox" }, static (_, _, _, _, _, _) => { });
    }

    private StoredObject Create(
        ApiResource resource, string version, string @namespace, JsonObject body, WriteOptions options,
        Action<ApiResource, JsonObject?, JsonObject, WriteOptions, string, string> recordManager)
    {
        var value = Prepare(resource, version, @namespace, body);
        var meta = value.Metadata;
        if (value.ResourceVersion.Length > 0)
            throw Statuses.BadRequest("resourceVersion should not be set on objects to be created");
        if (value.Name.Length == 0 && meta.Text("generateName") is { Length: > 0 } prefix)
            meta["name"] = prefix + RandomSuffix();
        foreach (var field in (string[])["uid", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds", "selfLink", "generation", "managedFields"])
            meta.Remove(field);
        if (resource.HasStatus && !options.KeepStatus)
            value.Remove("status");
        meta["uid"] = Guid.NewGuid().ToString();
        meta["creationTimestamp"] = Now();
        if (resource.HasGeneration)
            meta["generation"] = 1;
        _admission.Admit(resource, version, value, null, options);
        RequireNamespace(resource, @namespace, value.Name);
        if (!options.KeepStatus)
            recordManager(resource, null, value, options, resource.ApiVersion(version), Now());

        var made = store.Change(resource.Id, @namespace, value.Name, current => current switch
        {
            not null => throw Statuses.AlreadyExists(resource.Id, value.Name),
            _ => options.DryRun ? null : value,
        });
        if (made is null)
            return new(value, 0);
        Follow(resource, made);
        return made;
    }

    private string Now() => Now(clock);

    private static JsonObject Prepare(ApiResource resource, string version, string @namespace, JsonObject body)
    {
        var value = body.Copy();
        value.Default("apiVersion", resource.ApiVersion(version));
        value.Default("kind", resource.Kind);
        if (value.Text("apiVersion") != resource.ApiVersion(version) || value.Text("kind") != resource.Kind)
            throw Statuses.BadRequest(
                $"the API version in the data ({value.Text("apiVersion")}) or its kind ({value.Text("kind")}) does not match the expected {resource.ApiVersion(version)}, Kind={resource.Kind}");
        if (value["metadata"] is not (null or JsonObject))
            throw Statuses.BadRequest("metadata must be an object");
        var meta = value.Metadata;
        if (!resource.Namespaced)
            meta.Remove("namespace");
        else if (meta.Text("namespace") is { Length: > 0 } named && named != @namespace)
            throw Statuses.BadRequest("the namespace of the provided object does not match the namespace sent on the request");
        else
            meta["namespace"] = @namespace;
        return value;
    }

    private void RequireNamespace(ApiResource resource, string @namespace, string name)
    {
        if (!resource.Namespaced)
            return;
        var found = store.Find(BuiltInResources.Namespaces, "", @namespace) ?? throw Statuses.NotFound(BuiltInResources.Namespaces, @namespace);
        if (found.Value.Text("metadata", "deletionTimestamp") is not null)
            throw Statuses.Forbidden(resource.Id, name, $"unable to create new content in namespace {@namespace} because it is being terminated");
    }

    private static void CheckPreconditions(ApiResource resource, StoredObject current, JsonObject next)
    {
        if (next.Uid.Length > 0 && next.Uid != current.Uid)
            throw Statuses.Conflict(
                resource.Id, current.Name, $"Precondition failed: UID in precondition: {next.Uid}, UID in object meta: {current.Uid}");
        if (next.ResourceVersion is { Length: > 0 } version && version != "0" && version != current.Value.ResourceVersion)
            throw Statuses.Stale(resource.Id, current.Name);
        if (next.Name != current.Name || (next.Namespace.Length > 0 && next.Namespace != current.Namespace))
            throw Statuses.Invalid(resource.Group, resource.Kind, current.Name, [FieldError.Invalid("metadata.name", next.Name, "field is immutable")]);
    }

    private static JsonObject KeepWhatIsNotAsked(ApiResource resource, StoredObject current, JsonObject next, WriteOptions options)
    {
        if (options.Subresource == "status")
        {
            var status = next["status"]?.DeepClone();
            next = current.Value.Copy();
            next.Remove("status");
            if (status is not null)
                next["status"] = status;
        }
        else if (resource.HasStatus && !options.KeepStatus)
        {
            next.Remove("status");
            if (current.Value["status"] is { } status)
                next["status"] = status.DeepClone();
        }
        foreach (var field in (string[])["uid", "creationTimestamp", "resourceVersion", "generation", "deletionTimestamp", "deletionGracePeriodSeconds", "managedFields"])
        {
            // kubectl moves ownership itself when an object changes from client-side to server-side apply.
            if (field == "managedFields" && next.At("metadata", field) is JsonArray)
                continue;
            next.Metadata.Remove(field);
            if (current.Value.At("metadata", field) is { } kept)
                next.Metadata[field] = kept.DeepClone();
        }
        next["apiVersion"] = resource.StorageVersion;
        return next;
    }

    private static bool WantsAnother(JsonObject current, JsonObject next) => !JsonNode.DeepEquals(Wanted(current), Wanted(next));

    private static JsonObject Wanted(JsonObject value)
    {
        var copy = value.Copy();
        foreach (var field in (string[])["metadata", "status", "apiVersion"])
            copy.Remove(field);
        return copy;
    }

    private static bool SameButForBookkeeping(JsonObject current, JsonObject next)
    {
        if (JsonNode.DeepEquals(current, next))
            return true;
        return JsonNode.DeepEquals(WithoutManagers(current), WithoutManagers(next)) && ManagedFields.SameOwners(current, next);
    }

    private static JsonObject WithoutManagers(JsonObject value)
    {
        var copy = value.Copy();
        copy.Metadata.Remove("managedFields");
        return copy;
    }

    private void Follow(ApiResource resource, StoredObject made)
    {
        if (resource.Id == BuiltInResources.Namespaces)
            foreach (var value in NewNamespace(made.Name))
                Load(value);
        FollowChange(resource, made);
    }

    private void FollowChange(ApiResource resource, StoredObject stored)
    {
        if (store.Find(resource.Id, stored.Namespace, stored.Name) is null)
            Deletion.Follow(resource, stored);
        else if (resource.Id == BuiltInResources.CustomResourceDefinitions)
            catalog.Serve(stored.Value);
    }

    // Letters and digits that form no words, as k8s.io/apimachinery pkg/util/rand.
    private static string RandomSuffix() => string.Concat(Random.Shared.GetItems("bcdfghjklmnpqrstvwxz2456789".AsSpan(), 5));
}
