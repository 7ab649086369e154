using Embark.Sandbox.ApiServer.Resources;

namespace Embark.Sandbox.ApiServer.Storage;

/// <summary>
/// One change and the store's version after it. Without <c>Current</c> the object was deleted, without <c>Previous</c> it is new;
/// <c>Last</c> is the current state, or the deleted one with the version of its deletion.
/// </summary>
internal sealed record StoreEvent(long Version, GroupResource Resource, StoredObject? Previous, StoredObject? Current, StoredObject Last);
